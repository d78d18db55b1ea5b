// Programs that do not know the lock edit the file while a manager works on it: nothing is lost without a trace.
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from "node:fs";
import { writeSync } from "node:fs";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import type { SessionConflict } from "../../src/manager/hand-edits.js";
import type { SessionManagerOptions } from "../../src/manager/options.js";
import { replacementTemp } from "../../src/storage/atomic-replace.js";
import { failureOf, HOLDER } from "../storage/folder.js";
import { fileOf, manage, row, type Managed } from "./managing.js";

const NOW = "2025-09-30T10:00:00.000001";
/** So many changes after the first one, while the clock stands still. */
const after = (changes: number): string => NOW.replace(/1$/, String(1 + changes));
const KNOWN = "2025-09-30T09:59:00";
const OTHER = row("s2", { user: "telegram_2" });

/** A record of session s1, with what is given in it. */
function s1({ time = KNOWN, ...fields }: Parameters<typeof row>[1] & { time?: string } = {}): string {
  return row("s1", fields).replace(KNOWN, time);
}

interface Edited extends Managed {
  readonly conflicts: SessionConflict[];
  /** The lines of the conflict log, in the order of its files. */
  readonly logged: () => unknown[];
}

async function edited(text: string, options: Partial<SessionManagerOptions> = {}): Promise<Edited> {
  const managed = await manage(text, options);
  const conflicts: SessionConflict[] = [];
  managed.manager.events.on("conflict", (conflict) => conflicts.push(conflict));
  const folder = `${managed.file}.d/log`;
  const logged = (): unknown[] => {
    if (!existsSync(folder)) return [];
    const lines = readdirSync(folder)
      .sort()
      .flatMap((name) => readFileSync(path.join(folder, name), "utf8").trimEnd().split("\n"));
    return lines.map((line) => JSON.parse(line) as unknown);
  };
  return { ...managed, conflicts, logged };
}

function line(kept: Record<string, string>, records: { manager?: string; file?: string }): unknown {
  return { kind: "conflict", version: 1, time: "2025-09-30T10:00:00.000Z", sessionId: "s1", kept, ...records };
}

test("an edit of another field than the waiting change counts, and so does the change", async () => {
  const { manager, file, text, logged } = await edited(fileOf(s1(), OTHER));
  writeFileSync(file, fileOf(s1({ metadata: '{"by": "hand"}' }), OTHER));
  await manager.setPendingApproval("s1", { tool_name: "x" });
  expect(text()).toBe(fileOf(s1({ time: NOW, pending: '{"tool_name": "x"}', metadata: '{"by": "hand"}' }), OTHER));
  expect(logged()).toEqual([]);
});

test("of one field that both changed the waiting change counts where its activity is later, and the edit is logged", async () => {
  const { manager, file, text, conflicts, logged } = await edited(fileOf(s1(), OTHER));
  const byHand = s1({ metadata: '{"n": 7, "by": "hand"}' });
  writeFileSync(file, fileOf(byHand, OTHER));
  await manager.updateSessionMetadata("s1", { n: 1 });
  expect(text()).toBe(fileOf(s1({ time: NOW, metadata: '{"n": 1, "by": "hand"}' }), OTHER));
  expect(logged()).toEqual([
    line({ metadata: "manager" }, { manager: s1({ time: NOW, metadata: '{"n": 1}' }), file: byHand }),
  ]);
  expect(conflicts).toMatchObject([{ sessionId: "s1", kept: { metadata: "manager" } }]);
  expect([conflicts[0]?.manager?.metadataText, conflicts[0]?.file?.metadataText]).toEqual([
    '{"n": 1}',
    '{"n": 7, "by": "hand"}',
  ]);
  expect(readdirSync(`${file}.d/log`)).toEqual(["conflict-20250930T100000Z.jsonl"]);
});

test("it is refused where the edit's activity is later, and the change is logged", async () => {
  const { manager, file, text, conflicts, logged } = await edited(fileOf(s1(), OTHER));
  const byHand = s1({ time: "2025-09-30T10:30:00", metadata: '{"n": 7}' });
  writeFileSync(file, fileOf(byHand, OTHER));
  const [refused, other] = await Promise.allSettled([
    manager.updateSessionMetadata("s1", { n: 1 }),
    manager.updateSessionMetadata("s2", { n: 1 }),
  ]);
  expect(refused).toMatchObject({ status: "rejected", reason: { code: "STORE_CHANGED", details: { ids: ["s1"] } } });
  expect(other.status).toBe("fulfilled");
  expect(text()).toBe(fileOf(byHand, row("s2", { user: "telegram_2", metadata: '{"n": 1}' }).replace(KNOWN, NOW)));
  expect(logged()).toEqual([
    line(
      { metadata: "file", last_activity: "file" },
      { manager: s1({ time: NOW, metadata: '{"n": 1}' }), file: byHand },
    ),
  ]);
  expect(conflicts).toHaveLength(1);
  expect(manager.findSession("s1")?.metadataText).toBe('{"n": 7}');
});

test("with batch a change that was acknowledged and is refused then is logged, and told as an error", async () => {
  const { manager, file, logged } = await edited(fileOf(s1()), { batch: { everyMs: 5000, changes: 100 } });
  const errors: unknown[] = [];
  manager.events.on("error", (error) => errors.push(error));
  await manager.setPendingApproval("s1", { tool_name: "x" });
  const byHand = s1({ time: "2025-09-30T10:30:00", pending: '{"tool_name": "y"}' });
  writeFileSync(file, fileOf(byHand));
  await manager.flush();
  expect(errors).toMatchObject([{ code: "STORE_CHANGED" }]);
  expect(logged()).toMatchObject([{ sessionId: "s1", file: byHand }]);
});

test.each([
  ["later than the touch: it counts", "2025-09-30T10:30:00", "2025-09-30T10:30:00", "file"],
  ["earlier than the touch: the touch counts", "2025-09-30T07:00:00", NOW, "manager"],
])("a last activity that is set by hand, %s, and the other one is logged", async (_, byHand, counts, kept) => {
  const { manager, file, text, logged } = await edited(fileOf(s1(), OTHER));
  manager.getSession("s1");
  writeFileSync(file, fileOf(s1({ time: byHand }), OTHER));
  await manager.flush();
  expect(text()).toBe(fileOf(s1({ time: counts }), OTHER));
  expect(logged()).toEqual([line({ last_activity: kept }, { manager: s1(), file: s1({ time: byHand }) })]);
});

test("an edit of the version that the manager wrote counts, whatever it changes", async () => {
  const { manager, rewrite, text, logged } = await edited(fileOf(s1(), OTHER));
  await manager.setPendingApproval("s1", { tool_name: "x" });
  const byHand = fileOf(s1({ time: NOW }), OTHER);
  rewrite(byHand);
  manager.findSession("s1");
  await manager.flush();
  expect([text(), manager.findSession("s1")?.hasPendingApproval, logged()]).toEqual([byHand, false, []]);
});

test("an editor that was opened before the manager wrote does not take that back, and what it says is logged", async () => {
  const { manager, rewrite, text, conflicts, logged } = await edited(fileOf(s1(), OTHER));
  await manager.setPendingApproval("s1", { tool_name: "x" });
  const stale = s1({ user: "telegram_1", metadata: '{"by": "hand"}' });
  rewrite(fileOf(stale, row("s3"), OTHER));
  // Seen by a look, and put back under the lock at once.
  manager.findSession("s1");
  await expect.poll(() => conflicts.length).toBe(1);
  const ours = s1({ time: NOW, pending: '{"tool_name": "x"}' });
  expect(text()).toBe(
    fileOf(s1({ time: NOW, pending: '{"tool_name": "x"}', metadata: '{"by": "hand"}' }), row("s3"), OTHER),
  );
  expect(manager.findSession("s1")?.hasPendingApproval).toBe(true);
  expect(logged()).toMatchObject([
    { kept: { pending_approval: "manager", last_activity: "manager" }, manager: ours, file: stale },
  ]);
});

test("what waits is put on top of what such an editor took back", async () => {
  const { manager, file, text } = await edited(fileOf(s1(), OTHER));
  await manager.updateSessionMetadata("s1", { a: 1 });
  writeFileSync(file, fileOf(s1(), OTHER));
  await manager.updateSessionMetadata("s1", { b: 2 });
  expect(text()).toBe(fileOf(s1({ time: after(1), metadata: '{"a": 1, "b": 2}' }), OTHER));
});

test("a session that is gone from the file stays gone, and what the manager had is logged", async () => {
  const { manager, file, text, logged } = await edited(fileOf(s1(), OTHER));
  manager.getSession("s1");
  writeFileSync(file, fileOf(OTHER));
  const failure = await failureOf(() => manager.setPendingApproval("s1", { tool_name: "x" }));
  expect(failure.code).toBe("SESSION_NOT_FOUND");
  expect(text()).toBe(fileOf(OTHER));
  expect(logged()).toEqual([line({}, { manager: s1({ time: after(1), pending: '{"tool_name": "x"}' }) })]);
});

test("a record that was broken by hand stays byte for byte, and the change is refused and logged", async () => {
  const { manager, file, text, logged } = await edited(fileOf(s1(), OTHER));
  const broken = s1({ time: "yesterday" });
  writeFileSync(file, fileOf(broken, OTHER));
  const failure = await failureOf(() => manager.updateSessionMetadata("s1", { n: 1 }));
  expect(failure.code).toBe("SESSION_NOT_FOUND");
  expect(text()).toBe(fileOf(broken, OTHER));
  expect(logged()).toEqual([line({}, { manager: s1({ time: NOW, metadata: '{"n": 1}' }) })]);
});

test("an edit that leaves a quote open refuses all changes, and is not written over", async () => {
  const { manager, file, text } = await edited(fileOf(s1(), OTHER));
  const broken = `${fileOf(OTHER)}s1,"telegram_1,telegram`;
  writeFileSync(file, broken);
  expect((await failureOf(() => manager.updateSessionMetadata("s2", { n: 1 }))).code).toBe("STORE_DAMAGED");
  expect(text()).toBe(broken);
});

test("a session that is another user's by hand gets nothing of what waits for the user before", async () => {
  const { manager, file, text, logged } = await edited(fileOf(s1(), OTHER));
  const another = s1({ user: "telegram_9" });
  manager.getSession("s1");
  writeFileSync(file, fileOf(another, OTHER));
  const failure = await failureOf(() => manager.setPendingApproval("s1", { tool_name: "x" }));
  expect([failure.code, failure.details.ids]).toEqual(["STORE_CHANGED", ["s1"]]);
  expect(text()).toBe(fileOf(another, OTHER));
  expect(logged()).toMatchObject([{ kept: { user_id: "file" }, file: another }]);
});

test("a session that is deleted is gone, however it was edited, and the edit is logged", async () => {
  const { manager, file, text, logged } = await edited(fileOf(s1(), OTHER));
  const byHand = s1({ metadata: '{"by": "hand"}' });
  writeFileSync(file, fileOf(byHand, OTHER));
  expect(await manager.deleteSession("s1")).toBe(true);
  expect(text()).toBe(fileOf(OTHER));
  expect(logged()).toEqual([line({}, { file: byHand })]);
});

test("an edit between the look and the rename is not written over, and the change is made on it", async () => {
  const { manager, file, text } = await edited(fileOf(s1(), OTHER));
  const written = manager.updateSessionMetadata("s1", { n: 1 });
  manager.getSession("s2");
  while (!existsSync(replacementTemp(file))) await new Promise((resolve) => setImmediate(resolve));
  writeFileSync(file, fileOf(s1({ metadata: '{"by": "hand"}' }), OTHER, row("s3")));
  await written;
  await manager.flush();
  expect(text()).toBe(
    fileOf(s1({ time: NOW, metadata: '{"by": "hand", "n": 1}' }), OTHER.replace(KNOWN, NOW), row("s3")),
  );
});

test("an editor that writes a new file and renames it is seen like any other", async () => {
  const { manager, file, text } = await edited(fileOf(s1(), OTHER));
  await manager.updateSessionMetadata("s2", { n: 1 });
  writeFileSync(`${file}~`, fileOf(s1(), OTHER.replace("telegram_2", "telegram_3"), row("s3")));
  renameSync(`${file}~`, file);
  await manager.updateSessionMetadata("s1", { n: 1 });
  expect(text()).toBe(
    fileOf(s1({ time: NOW, metadata: '{"n": 1}' }), OTHER.replace("telegram_2", "telegram_3"), row("s3")),
  );
});

test("a file that another program is writing is waited for until it is whole", async () => {
  const { manager, file, text } = await edited(fileOf(s1(), OTHER));
  const whole = fileOf(s1(), OTHER, row("s3"), row("s4"));
  const fd = openSync(file, "w");
  const written = manager.updateSessionMetadata("s1", { n: 1 });
  for (let at = 0; at < whole.length; at += 100) {
    await pause(20);
    writeSync(fd, whole.slice(at, at + 100));
  }
  closeSync(fd);
  await written;
  expect(text()).toBe(fileOf(s1({ time: NOW, metadata: '{"n": 1}' }), OTHER, row("s3"), row("s4")));
});

test("an editor that renames the old file away first is waited for", async () => {
  const { manager, file, text } = await edited(fileOf(s1(), OTHER));
  renameSync(file, `${file}~`);
  const written = manager.updateSessionMetadata("s1", { n: 1 });
  await pause(20);
  writeFileSync(file, fileOf(s1(), OTHER, row("s3")));
  await written;
  expect(text()).toBe(fileOf(s1({ time: NOW, metadata: '{"n": 1}' }), OTHER, row("s3")));
});

test("another column and another order of columns by hand are kept", async () => {
  const { manager, file, text } = await edited(fileOf(s1()));
  await manager.setPendingApproval("s1", { tool_name: "x" });
  const header = "note,metadata,session_id,user_id,platform,thread_id,created_at,last_activity,pending_approval";
  const start = "hello,{},s1,telegram_1,telegram,t-s1,2025-09-30T08:00:00";
  writeFileSync(file, `${header}\n${start},${KNOWN},\n`);
  await manager.flush();
  expect(text()).toBe(`${header}\n${start},${NOW},"{""tool_name"": ""x""}"\n`);
});

test("what another program with the lock changes is no conflict", async () => {
  const { manager, file, text, logged } = await edited(fileOf(s1(), OTHER));
  await manager.setPendingApproval("s1", { tool_name: "x" });
  const other = await manage(undefined, { store: file });
  await other.manager.clearPendingApproval("s1");
  await other.manager.deleteSession("s2");
  await manager.updateSessionMetadata("s1", { n: 1 });
  expect(text()).toBe(fileOf(s1({ time: after(2), metadata: '{"n": 1}' })));
  expect(logged()).toEqual([]);
});

test("after a holder of the lock that was killed the file counts as it is, and what it lost is logged", async () => {
  const { manager, file, text, logged } = await edited(fileOf(s1(), OTHER));
  await manager.setPendingApproval("s1", { tool_name: "x" });
  writeFileSync(`${file}.d/lock`, `${JSON.stringify({ holder: HOLDER, lastCommit: null })}\n`);
  const older = s1({ metadata: '{"n": 7}' });
  writeFileSync(file, fileOf(older, OTHER));
  await manager.updateSessionMetadata("s1", { n: 1 });
  expect(text()).toBe(fileOf(s1({ time: NOW, metadata: '{"n": 1}' }), OTHER));
  expect(logged()).toMatchObject([{ kept: { pending_approval: "file", metadata: "manager" }, file: older }]);
});

test("where the log cannot be written, nothing is written over", async () => {
  const { manager, file, text, conflicts } = await edited(fileOf(s1(), OTHER));
  mkdirSync(`${file}.d`);
  writeFileSync(`${file}.d/log`, "");
  const byHand = fileOf(s1({ metadata: '{"n": 7}' }), OTHER);
  writeFileSync(file, byHand);
  expect((await failureOf(() => manager.updateSessionMetadata("s1", { n: 1 }))).code).toBe("IO_FAILED");
  expect([text(), conflicts]).toEqual([byHand, []]);
});
