import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { generateDemo } from "../../src/demo/generate.js";

const NOW = Date.UTC(2025, 11, 31) * 1000;

const READER = `
import csv, io, json, sys
from datetime import datetime
text = io.TextIOWrapper(sys.stdin.buffer, encoding="utf-8", newline="")
source = text.read()
rows = list(csv.reader(io.StringIO(source, newline=""), strict=True))
for session_id, user_id, platform, thread_id, created, last, pending, metadata in rows[1:]:
    for time in (created, last):
        assert datetime.fromisoformat(time).isoformat() == time, time
    assert user_id.startswith(platform + "_"), user_id
    assert isinstance(json.loads(metadata), dict), metadata
    if pending:
        keys = list(json.loads(pending))
        assert keys == ["type", "tool_name", "tool_call_id", "args", "description"], keys
    for cell in filter(None, (pending, metadata)):
        value = json.loads(cell)
        forms = [json.dumps(value), json.dumps(value, ensure_ascii=False), json.dumps(value, indent=1)]
        assert cell.replace("\\r\\n", "\\n") in forms, cell
again = io.StringIO(newline="")
csv.writer(again).writerows(rows)
assert again.getvalue() == source
print(len(rows) - 1)
`;

const python = spawnSync("python3", ["-c", "import sys; sys.exit(sys.version_info < (3, 7))"]);
const isMissing = python.status !== 0;
if (isMissing) console.log("skipped: no python3 of version 3.7 or newer on this machine");

test.skipIf(isMissing)("Python's csv, json and datetime read a demo file, and would write the same bytes", () => {
  const text = [...generateDemo({ rows: 5000, seed: 3, now: NOW })].join("");
  const { status, stdout, stderr } = spawnSync("python3", ["-c", READER], { input: text, encoding: "utf8" });
  expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: "5000\n", stderr: "" });
});
