import { appendFileSync, mkdirSync } from "node:fs";
import { expect, test } from "vitest";
import { checkFiles } from "../../src/cli/check-files.js";
import type { CliContext, TextOutput } from "../../src/cli/context.js";
import { PieceWriter } from "../../src/cli/piece-writer.js";
import type { DiagnosticsReport } from "../../src/cli/render/diagnostics-report.js";
import { csvFile, csvRow, Folder, type RunOptions } from "./context.js";

const CLEAN = csvFile(csvRow({ id: "a" }), csvRow({ id: "b" }));
const LITERAL = csvFile(csvRow({ id: "a", pending: "None" }), csvRow({ id: "b" }));
const BLANK = CLEAN.replace("\n", "\n\n");

interface Json {
  readonly path: string;
  readonly valid: boolean;
  readonly records: number;
  readonly errors: readonly object[];
  readonly warnings: readonly object[];
  readonly counts: Readonly<Record<string, number>>;
}

function folderOf(files: Readonly<Record<string, string | Uint8Array>>): Folder {
  const folder = new Folder();
  for (const [name, content] of Object.entries(files)) folder.write(name, content);
  return folder;
}

async function validate(folder: Folder, line: string, options: RunOptions = {}) {
  return folder.run(["validate", ...line.split(" ").filter((word) => word !== "")], options);
}

test("a clean file is one line and exit code 0", async () => {
  const folder = folderOf({ "sessions.csv": CLEAN });
  expect(await validate(folder, "")).toEqual({
    stdout: "sessions.csv: 2 records, no findings\n",
    stderr: "Using sessions.csv (found here; --store names another)\n",
    exitCode: 0,
  });
  expect(await validate(folder, "sessions.csv")).toMatchObject({ stderr: "", exitCode: 0 });
  expect(await validate(folder, "-s sessions.csv")).toMatchObject({ stderr: "", exitCode: 0 });
});

test("errors are exit code 1, with place, line and what to do next", async () => {
  const { stdout, stderr, exitCode } = await validate(folderOf({ "x.csv": LITERAL }), "x.csv");
  expect({ stderr, exitCode }).toEqual({ stderr: "", exitCode: 1 });
  expect(stdout).toMatch(/^x\.csv:2:\d+: error json-literal .+\n {2}2 \| .*None.*\n {4}\| +\^\^\^\^\n/);
  expect(stdout).toContain("\nx.csv: 2 records, 1 error\n");
  expect(stdout).toContain(" sessions repair x.csv --dry-run\n");
  expect(stdout).toMatch(/ sessions explain json-literal\n$/);
});

test("warnings are exit code 1 only with --strict", async () => {
  const folder = folderOf({ "x.csv": BLANK });
  const lenient = await validate(folder, "x.csv");
  expect(lenient.exitCode).toBe(0);
  expect(lenient.stdout).toMatch(/^x\.csv:2:1: warning blank-line .+\n/);
  expect((await validate(folder, "x.csv --strict")).exitCode).toBe(1);
});

test("on a terminal codes stand in brackets", async () => {
  const { stdout } = await validate(folderOf({ "x.csv": LITERAL }), "x.csv", {
    terminal: true,
    env: { NO_COLOR: "1" },
  });
  expect(stdout).toMatch(/^x\.csv:2:\d+ {2}error\[json-literal\]\n {2}.+\n/);
});

test("files that cannot be opened do not keep the others from being checked", async () => {
  const folder = folderOf({ "a.csv": CLEAN, "b.csv": LITERAL });
  mkdirSync(folder.file("folder"));
  const { stdout, stderr, exitCode } = await validate(folder, "a.csv folder missing.csv b.csv");
  expect(stdout).toMatch(/^a\.csv: 2 records, no findings\n\nb\.csv:2:/);
  expect(stdout).toMatch(/\n2 files: 1 passed, 1 failed\n$/);
  expect(stderr).toBe(
    "error: <dir>/folder is not a file that can hold sessions: it is a directory\n  name a regular file with --store <path>\n" +
      "error: no such file: <dir>/missing.csv\n  check the path; there are a.csv, b.csv\n",
  );
  expect(exitCode).toBe(10);
});

test("a missing file is exit code 10 in every format, and prints nothing else", async () => {
  for (const format of ["text", "json", "jsonl", "github", "sarif", "junit"]) {
    const { stdout, exitCode } = await validate(new Folder(), `missing.csv --format ${format}`);
    expect({ format, stdout, exitCode }).toEqual({ format, stdout: "", exitCode: 10 });
  }
});

test("standard input", async () => {
  const folder = new Folder();
  const { stdout, exitCode } = await validate(folder, "-", { stdin: LITERAL });
  expect(exitCode).toBe(1);
  expect(stdout).toMatch(/^standard input:2:\d+: error json-literal /);
  expect(stdout).toContain(" sessions repair <file> --dry-run\n");
  expect((await validate(folder, "-s -", { stdin: CLEAN })).stdout).toBe("standard input: 2 records, no findings\n");
});

test.for([
  ["- -", "error: standard input can be read only once\n  name - only once\n"],
  [
    "a.csv -s b.csv",
    "error: files and --store exclude each other\n  name all files behind the command, for example: sessions validate one.csv two.csv\n",
  ],
  ["--limit 3 --all", "error: --all and --limit exclude each other: nothing is both\n  see: sessions help validate\n"],
])("validate %s is a usage error", async ([line = "", stderr]) => {
  expect(await validate(new Folder(), line)).toEqual({ stdout: "", stderr, exitCode: 2 });
});

test("another engine is not reached", async () => {
  const { stderr, exitCode } = await validate(new Folder(), "postgres://host/db");
  expect(stderr).toMatch(/^error: this version works on CSV files; it has no engine for postgres:\/\/ stores\n/);
  expect(exitCode).toBe(20);
});

test("JSON for one file and for several", async () => {
  const folder = folderOf({ "a.csv": LITERAL, "b.csv": BLANK });
  const { stdout, exitCode } = await validate(folder, "a.csv --json");
  expect(exitCode).toBe(1);
  expect(JSON.parse(stdout)).toEqual({
    path: "a.csv",
    valid: false,
    records: 2,
    errors: [
      expect.objectContaining({
        code: "json-literal",
        severity: "error",
        line: 2,
        field: "pending_approval",
        text: "None",
        fix: "lossless",
        outcome: "healed",
      }),
    ],
    warnings: [],
    counts: { "json-literal": 1 },
  });
  const several = JSON.parse((await validate(folder, "a.csv b.csv --json")).stdout) as Json[];
  expect(several.map(({ path, valid }) => [path, valid])).toEqual([
    ["a.csv", false],
    ["b.csv", true],
  ]);
  const strict = JSON.parse((await validate(folder, "b.csv --json --strict")).stdout) as Json;
  expect(strict).toMatchObject({ valid: false, errors: [], warnings: [{ code: "blank-line" }] });
});

test("JSON stays whole where a file is missing, and the error is an object", async () => {
  const folder = folderOf({ "a.csv": CLEAN });
  const { stdout, stderr, exitCode } = await validate(folder, "gone.csv a.csv lost.csv --json");
  expect(JSON.parse(stdout)).toMatchObject([{ path: "a.csv", valid: true }]);
  expect(JSON.parse(stderr)).toMatchObject({
    error: {
      code: "STORE_NOT_FOUND",
      path: "<dir>/lost.csv",
      notes: [expect.stringContaining("gone.csv"), expect.anything()],
    },
  });
  expect(exitCode).toBe(10);
});

test("the other formats", async () => {
  const folder = folderOf({ "a.csv": LITERAL, "b.csv": CLEAN });
  const run = async (format: string): Promise<string> => {
    const { stdout, exitCode } = await validate(folder, `a.csv b.csv --format ${format}`);
    expect({ format, exitCode }).toEqual({ format, exitCode: 1 });
    return stdout;
  };
  const lines = (await run("jsonl")).trimEnd().split("\n");
  expect(lines.map((line) => Object.keys(JSON.parse(line) as object).slice(0, 2))).toEqual([
    ["path", "code"],
    ["path", "valid"],
    ["path", "valid"],
  ]);
  expect(await run("github")).toMatch(/^::error file=a\.csv,line=2,col=\d+,title=json-literal::.+\n$/);
  expect(JSON.parse(await run("sarif"))).toMatchObject({
    runs: [{ tool: { driver: { version: "1.2.3" } }, results: [{ ruleId: "json-literal" }] }],
  });
  expect(await run("junit")).toMatch(/^<\?xml [^]*<testsuite name="b\.csv" tests="1" failures="0"/);
});

test("how many findings are shown", async () => {
  const rows = Array.from({ length: 60 }, (_, index) => csvRow({ id: `s${index}`, pending: "None" }));
  const folder = folderOf({ "x.csv": csvFile(...rows) });
  const shown = async (line: string): Promise<[frames: number, capped: string | undefined]> => {
    const { stdout } = await validate(folder, `x.csv ${line}`);
    return [stdout.match(/^x\.csv:\d+:/gm)?.length ?? 0, /^Showing .*$/m.exec(stdout)?.[0]];
  };
  expect(await shown("")).toEqual([5, "Showing 5 of 60 findings (--all shows all)"]);
  expect(await shown("--limit 12")).toEqual([12, "Showing 12 of 60 findings (--all shows all)"]);
  expect(await shown("--limit 0")).toEqual([0, "Showing 0 of 60 findings (--all shows all)"]);
  expect(await shown("--all")).toEqual([60, undefined]);
});

test("hostile text from the file does not act on the terminal", async () => {
  const user = "x\u001b[2J\u202e\u009b";
  const folder = folderOf({ "x.csv": csvFile(csvRow({ id: "a", user, pending: "None" })) });
  for (const format of ["text", "github", "junit", "json", "jsonl", "sarif"]) {
    const { stdout } = await validate(folder, `x.csv --format ${format}`, {
      terminal: { columns: 200, rows: 24 },
      env: { NO_COLOR: "1" },
    });
    expect(stdout).toContain("json-literal");
    // eslint-disable-next-line no-control-regex -- what must not reach a terminal
    expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
  }
});

test("a file that changes while it is read is reported when the others are checked", async () => {
  const folder = folderOf({ "a.csv": CLEAN, "b.csv": CLEAN });
  const seen: string[] = [];
  const report: DiagnosticsReport = {
    beginFile: ({ path }) => {
      seen.push(path);
      if (path === "a.csv") appendFileSync(folder.file("a.csv"), "x");
    },
    finding: () => undefined,
    endFile: () => undefined,
    finish: () => void seen.push("end"),
  };
  const output: TextOutput = { write: async () => undefined, isTerminal: false, columns: 80, rows: 24 };
  const context = { workingDirectory: folder.path, stdout: output, stderr: output } as CliContext;
  await expect(
    checkFiles(context, ["a.csv", "b.csv"], report, new PieceWriter(output), { isStrict: false }),
  ).rejects.toMatchObject({ code: "STORE_CHANGED", details: { path: folder.file("a.csv") } });
  expect(seen).toEqual(["a.csv", "b.csv", "end"]);
});

test("help shows the part of a long header where it differs", async () => {
  const folder = folderOf({ "x.csv": CLEAN.replace("metadata", "metadta") });
  const { stdout } = await validate(folder, "x.csv", { terminal: { columns: 80, rows: 24 }, env: { NO_COLOR: "1" } });
  expect(stdout).toMatch(/\n {2}= help: it should be …[a-z_,]+,pending_approval,metadata\n/);
});

test("on a narrow terminal nothing is cut or broken inside of a word", async () => {
  const folder = folderOf({
    "x.csv": csvFile(csvRow({ id: "a", pending: "None" }), csvRow({ id: "b", metadata: "{" })),
  });
  const { stdout } = await validate(folder, "x.csv", { terminal: { columns: 40, rows: 24 }, env: { NO_COLOR: "1" } });
  expect(stdout).toContain("  error[json-invalid]\n  metadata is not valid JSON\n");
  expect(stdout).toContain("\n    1  json-literal  a word stands for\n                     an absent value\n");
  expect(stdout).toContain("\nWhat a repair would do:\n  sessions repair x.csv --dry-run\n");
});

test("where text of an unknown encoding is set aside it is said how to decode it", async () => {
  const bytes = Buffer.from(csvFile(csvRow({ id: "a", metadata: '"{""a"":""\xcf\xf0\xe8\xe2""}"' })), "latin1");
  const { stdout } = await validate(folderOf({ "x.csv": bytes }), "x.csv");
  expect(stdout).toMatch(/\nIn another encoding: +iconv -f ENCODING -t UTF-8 x\.csv \| sessions validate -\n/);
});
