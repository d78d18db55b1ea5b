import { execFileSync, spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { Folder } from "./context.js";

const hasPython = spawnSync("python3", ["--version"]).status === 0;
if (!hasPython) console.log("skipped: no python3 that can judge our output on this machine");

/** Reads the original and one of our outputs with Python alone, and says where a value differs. */
const JUDGE = `
import csv, io, json, sys
from datetime import datetime, timezone
original, output, form = sys.argv[1], sys.argv[2], sys.argv[3]
def instant(text):
    time = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return time if time.tzinfo else time.replace(tzinfo=timezone.utc)
with open(original, newline="", encoding="utf-8") as file: wanted = list(csv.DictReader(file))
with open(output, newline="", encoding="utf-8") as file: text = file.read()
if form == "json": rows = json.loads(text)
elif form == "jsonl": rows = [json.loads(line) for line in text.splitlines()]
elif form == "csv": rows = list(csv.DictReader(io.StringIO(text)))
else: rows = list(csv.DictReader(io.StringIO(text), delimiter="\\t", quoting=csv.QUOTE_NONE))
assert len(rows) == len(wanted), (len(rows), len(wanted))
loads = (lambda value: value) if form in ("json", "jsonl") else (lambda value: json.loads(value) if value else None)
for row, other in zip(rows, wanted):
    for name in ("session_id", "user_id", "platform", "thread_id"):
        assert row[name] == other[name], (name, row[name], other[name])
    for name in ("created_at", "last_activity"):
        assert instant(row[name]) == instant(other[name]), (name, row[name], other[name])
    for name in ("pending_approval", "metadata"):
        assert loads(row[name]) == (json.loads(other[name]) if other[name] else None), (name, row[name])
print(len(rows))
`;

for (const fixture of ["python-backend.csv", "three-rows.csv"] as const) {
  test.runIf(hasPython).for(["tsv", "csv", "json", "jsonl"])(
    `Python reads the same values from ${fixture} as %s`,
    async (format) => {
      const folder = new Folder();
      const original = folder.fixture(fixture);
      const { stdout } = await folder.run(["list", "--format", format]);
      const output = folder.write("output", stdout);
      const answer = execFileSync("python3", ["-c", JUDGE, original, output, format], { encoding: "utf8" });
      expect(Number(answer)).toBe(fixture === "three-rows.csv" ? 3 : 48);
    },
  );
}

test.runIf(hasPython)("Python reads what prune wrote as the same sessions without those that went", async () => {
  const folder = new Folder();
  folder.fixture("python-backend.csv");
  const kept = await folder.run(["list", "--active", "--format", "csv"]);
  await folder.run(["prune", "--yes", "--include-pending"]);
  const output = folder.write("output", kept.stdout);
  const answer = execFileSync("python3", ["-c", JUDGE, folder.file("sessions.csv"), output, "csv"], {
    encoding: "utf8",
  });
  expect(Number(answer)).toBe(21);
});
