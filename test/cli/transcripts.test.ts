import { expect, test } from "vitest";
import { Folder } from "./context.js";

/*
 * Every command on both fixtures, once on a terminal of 80 columns and once in a pipe. What a person or a script sees is
 * in `transcripts/`, to be read in full when it changes.
 */

const FIXTURES = ["three-rows.csv", "python-backend.csv"] as const;

const COMMANDS: Readonly<Record<string, readonly string[]>> = {
  list: ["list"],
  "list-expired-all": ["list", "--expired", "--all"],
  "list-json": ["list", "--json", "--limit", "2"],
  "list-jsonl": ["list", "--format", "jsonl", "--limit", "2"],
  "list-csv": ["list", "--format", "csv", "--limit", "2"],
  "list-md": ["list", "--format", "md", "--limit", "2", "--fields", "session_id,user_id,metadata"],
  "list-ids": ["list", "--format", "ids"],
  "list-fields": ["list", "--fields", "user_id,last_activity,idle,state,pending,metadata.source", "--sort", "idle"],
  "list-nothing": ["list", "--user", "nobody"],
  "find-user": ["find", "12345"],
  "find-start": ["find", "telegram", "--limit", "3"],
  "find-nothing": ["find", "zzz"],
  stats: ["stats"],
  "stats-by-day": ["stats", "--by", "day"],
  "stats-by-user-limited": ["stats", "--by", "user", "--limit", "2"],
  "stats-json": ["stats", "--json"],
  "stats-prometheus": ["stats", "--format", "prometheus"],
  "prune-dry-run": ["prune", "--dry-run", "--timeout", "20m"],
  "prune-dry-run-json": ["prune", "--dry-run", "--timeout", "20m", "--json"],
  "prune-yes": ["prune", "--yes", "--timeout", "20m"],
  "delete-dry-run": ["delete", "--platform", "telegram", "--dry-run"],
  "export-csv": ["export", "--pending"],
  "export-jsonl": ["export", "--format", "jsonl", "--pending"],
  "export-raw": ["export", "--raw", "--pending"],
  "export-excel": ["export", "--excel", "--pending"],
  "export-md": ["export", "--format", "md", "--pending", "--fields", "session_id,platform,metadata.source"],
  "export-sql": ["export", "--format", "sql", "--pending"],
  "export-file": ["export", "-o", "out.json"],
  "export-file-json": ["export", "-o", "out.sql", "--json"],
  fields: ["fields"],
  "fields-json": ["fields", "--json"],
};

const SHOWN = { "three-rows.csv": "e5f6", "python-backend.csv": "9a687471" } as const;

for (const fixture of FIXTURES) {
  const cases = { ...COMMANDS, show: ["show", SHOWN[fixture]], "show-json": ["show", SHOWN[fixture], "--json"] };
  for (const terminal of [true, false]) {
    const place = `${fixture.replace(".csv", "")}/${terminal ? "terminal" : "pipe"}`;
    test.for(Object.entries(cases))(`${place}: %s`, async ([name, argv]) => {
      const folder = new Folder();
      folder.fixture(fixture);
      const { stdout, stderr, exitCode } = await folder.run(argv, { terminal, env: { NO_COLOR: "1" } });
      const transcript = `$ sessions ${argv.join(" ")}\n--- stdout\n${stdout}--- stderr\n${stderr}--- exit ${exitCode}\n`;
      await expect(transcript).toMatchFileSnapshot(`transcripts/${place}/${name}.txt`);
    });
  }
}

test.for([
  "",
  ...[
    "list",
    "find",
    "show",
    "stats",
    "prune",
    "delete",
    "repair",
    "log",
    "undo",
    "backup",
    "backups",
    "backups verify",
    "restore",
    "diff",
    "import",
    "validate",
    "explain",
    "export",
    "serve",
    "fields",
    "init",
    "demo",
    "help",
    "exit-codes",
  ],
])("help %s", async (command) => {
  const { stdout, stderr, exitCode } = await new Folder().run(
    command === "" ? ["--help"] : ["help", ...command.split(" ")],
  );
  expect({ stderr, exitCode }).toEqual({ stderr: "", exitCode: 0 });
  await expect(stdout).toMatchFileSnapshot(`transcripts/help/${command.replace(" ", "-") || "sessions"}.txt`);
});

test("--version is one line", async () => {
  expect(await new Folder().run(["--version"])).toEqual({ stdout: "sessions 1.2.3\n", stderr: "", exitCode: 0 });
});
