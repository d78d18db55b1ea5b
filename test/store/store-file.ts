import fs from "node:fs";
import path from "node:path";
import type { Condition } from "../../src/session/query.js";
import type { Session } from "../../src/session/session.js";
import { CsvStore, type CsvStoreOptions } from "../../src/store/csv-store.js";
import type { RemovalRequest, SessionReading } from "../../src/store/store.js";
import { HEADER, line, RETENTION, type SessionTexts } from "../session/records.js";
import { HOLDER, temporaryFolder } from "../storage/folder.js";

export const OPTIONS: CsvStoreOptions = { lock: { waitMs: 20_000, holder: HOLDER } };

/** A store on a fresh file in a fresh folder; gone after the test. */
export function storeWith(content: string | Uint8Array): { readonly file: string; readonly store: CsvStore } {
  const file = path.join(temporaryFolder(), "s.csv");
  fs.writeFileSync(file, content);
  return { file, store: CsvStore.atPath(file, OPTIONS) };
}

/** A file with LF, a header and these records. */
export function fileOf(...records: readonly (SessionTexts | string)[]): string {
  const lines = records.map((record) => (typeof record === "string" ? record : line(record)));
  return [HEADER, ...lines, ""].join("\n");
}

export function contentOf(file: string): string {
  return fs.readFileSync(file, "utf8");
}

/** What lies beside the file, but for the folder with the lock. */
export function namesBeside(file: string): string[] {
  return fs.readdirSync(path.dirname(file)).filter((name) => name !== `${path.basename(file)}.d`);
}

export function removalOf(selection: readonly Condition[], more: Partial<RemovalRequest> = {}): RemovalRequest {
  return { selection, retention: RETENTION, keepPending: false, ...more };
}

export const EVERYTHING = removalOf([]);

/** Removal of the sessions with these ids. */
export function removalById(...ids: readonly string[]): RemovalRequest {
  return removalOf([{ type: "id", ids: new Set(ids) }]);
}

export async function sessionsOf(reading: SessionReading): Promise<Session[]> {
  const sessions: Session[] = [];
  for await (const batch of reading) sessions.push(...batch);
  return sessions;
}

export async function idsOf(reading: SessionReading): Promise<string[]> {
  return (await sessionsOf(reading)).map(({ sessionId }) => sessionId);
}

/** The ids of all sessions that a store gives back for a selection. */
export async function readIds(store: CsvStore, selection: readonly Condition[] = []): Promise<string[]> {
  return idsOf(store.read({ selection, retention: RETENTION }));
}
