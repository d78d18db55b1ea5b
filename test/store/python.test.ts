// Both programs share the file: what we leave, Python's csv, datetime and json read with the same values.
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { COLUMN_NAMES } from "../../src/session/columns.js";
import { CsvStore } from "../../src/store/csv-store.js";
import { HEADER, line, RETENTION } from "../session/records.js";
import { temporaryFolder } from "../storage/folder.js";
import { contentOf, fileOf, OPTIONS, removalById, removalOf, sessionsOf, storeWith } from "./store-file.js";

const READER = `
import csv, io, json, sys
from datetime import datetime, timedelta
def micros(text):
    value = datetime.fromisoformat(text)
    offset = value.utcoffset() or timedelta(0)
    return ((value.replace(tzinfo=None) - datetime(1970, 1, 1)) - offset) // timedelta(microseconds=1)
with open(sys.argv[1], newline="", encoding="utf-8-sig") as file:
    reader = csv.DictReader(file)
    rows = list(reader)
print(json.dumps({"names": reader.fieldnames, "rows": [{
    "texts": [row[name] for name in sys.argv[2].split(",")],
    "times": [micros(row["created_at"]), micros(row["last_activity"])],
    "metadata": json.loads(row["metadata"] or "{}"),
    "approval": json.loads(row["pending_approval"] or "null"),
} for row in rows]}))
`;

const python = spawnSync("python3", ["-c", "import sys; sys.exit(sys.version_info < (3, 11))"]);
const isMissing = python.status !== 0;
if (isMissing) console.log("skipped: no python3 of version 3.11 or newer on this machine");

interface PythonView {
  readonly names: readonly string[];
  readonly rows: readonly unknown[];
}

function asPythonReads(file: string): PythonView {
  const { stdout, stderr } = spawnSync("python3", ["-c", READER, file, HEADER], { encoding: "utf8" });
  expect(stderr).toBe("");
  return JSON.parse(stdout) as PythonView;
}

async function asWeRead(store: CsvStore): Promise<unknown[]> {
  const sessions = await sessionsOf(store.read({ selection: [], retention: RETENTION }));
  return sessions.map((session) => ({
    texts: COLUMN_NAMES.map((name) => session.column(name)),
    times: [session.createdAt, session.lastActivity],
    metadata: JSON.parse(session.metadata) as unknown,
    approval: JSON.parse(session.pendingApproval ?? "null") as unknown,
  }));
}

test.skipIf(isMissing)("Python reads the sessions that a removal leaves in its own file", async () => {
  const { file, store } = storeWith(fs.readFileSync("fixtures/python-backend.csv"));
  const before = asPythonReads(file);
  const { plan } = await store.remove(removalOf([{ type: "platform", platforms: ["telegram", "discord"] }]), {});
  const after = asPythonReads(file);
  expect(plan.removed).toBeGreaterThan(0);
  expect([after.names, after.rows]).toEqual([COLUMN_NAMES, await asWeRead(store)]);
  expect(after.rows.length).toBe(before.rows.length - plan.removed);
  expect(before.rows).toEqual(expect.arrayContaining([...after.rows]));
});

test.skipIf(isMissing)("Python reads what a removal leaves in a file with all that CSV and JSON can hold", async () => {
  const records = [
    line({ session_id: "gone" }),
    line({ session_id: 'q"u,o\nte', user_id: "é😀", metadata: '{"a": "x\\n\\"y\\"", "b": [1, {"c": null}]}' }),
    line({ created_at: "2025-09-30 10:00:00.5Z", last_activity: "2025-09-30T10:00:00.1234567+02:00", metadata: "" }),
    line({ pending_approval: '{"type": "approval_request", "args": {"text": "\\u00fa, \\ud83d\\ude00"}}' }),
  ];
  const { file, store } = storeWith(`\ufeff${fileOf(...records).replaceAll(/\n(?=s1|gone|"q|session)/g, "\r\n")}`);
  await store.remove(removalById("gone"), {});
  const { rows } = asPythonReads(file);
  expect(rows).toEqual(await asWeRead(store));
  expect(rows.length).toBe(3);
});

test.skipIf(isMissing)("Python writes a session into a file that we made, and we read it", async () => {
  const file = path.join(temporaryFolder(), "s.csv");
  const store = CsvStore.atPath(file, OPTIONS);
  await store.create({});
  const values = [
    "id",
    "telegram_1",
    "telegram",
    "t",
    "2025-09-30T10:00:00.000001",
    "2025-09-30T11:00:00",
    "",
    '{"a": "b,\\n\\"c\\""}',
  ];
  const program =
    "import csv, json, sys; csv.writer(open(sys.argv[1], 'a', newline='')).writerow(json.loads(sys.argv[2]))";
  const { stderr } = spawnSync("python3", ["-c", program, file, JSON.stringify(values)], { encoding: "utf8" });
  expect(stderr).toBe("");
  expect(contentOf(file).startsWith(`${HEADER}\r\nid,`)).toBe(true);
  const [session] = await sessionsOf(store.read({ selection: [], retention: RETENTION }));
  expect(COLUMN_NAMES.map((name) => session?.column(name))).toEqual(values);
});
