import fs from "node:fs";
import path from "node:path";
import { openSnapshot } from "../../src/storage/snapshot.js";
import { prepareRepair } from "../../src/store/csv-repair.js";
import { repairInPlace, type RepairWritten } from "../../src/store/csv-repair-writing.js";
import { planByLines, repairedByLines } from "../store/line-plan.js";
import { content } from "./numbered-lines.js";

/** With lines to heal and lines to set aside; the repaired version is longer than one write. */
export const DAMAGED = content("~heal", 200) + content("kept", 200) + content("!aside", 300);
export const REPAIRED = repairedByLines(DAMAGED);

export const BACKUP = "s-20250930T104500Z.csv";
export const QUARANTINE = "20250930T104500Z.jsonl";

/** One whole repair in place as the command makes it. */
export async function repairByLines(target: string): Promise<RepairWritten> {
  const holder = { pid: process.pid, host: "test", command: "repair", since: "2026-01-01T00:00:00Z" };
  using snapshot = openSnapshot(target);
  const prepared = prepareRepair({ source: snapshot, location: target }, { lossy: false }, planByLines);
  const now = new Date("2025-09-30T10:45:00Z");
  return await repairInPlace(prepared, snapshot, { lock: { waitMs: 10_000, holder }, now });
}

/** What lies beside the file after a repair, or what is left of one: whole, absent, or something else. */
export function companionsOf(target: string): { readonly backup: string; readonly quarantine: string } {
  const state = (name: string, isWhole: (text: string) => boolean): string => {
    const file = path.join(`${target}.d`, name);
    if (!fs.existsSync(file)) return "absent";
    return isWhole(fs.readFileSync(file, "utf8")) ? "whole" : "torn";
  };
  return {
    backup: state(`backups/${BACKUP}`, (text) => text === DAMAGED),
    quarantine: state(`quarantine/${QUARANTINE}`, (text) => piecesOf(text).join("") === content("!aside", 300)),
  };
}

function piecesOf(quarantine: string): string[] {
  return quarantine
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => (JSON.parse(line) as { text: string }).text);
}

/** Names of all temp files in the file's folder and below. */
export function tempsBeside(target: string): string[] {
  const names = fs.readdirSync(path.dirname(target), { recursive: true, encoding: "utf8" });
  return names.filter((name) => name.endsWith(".sessions-tmp"));
}
