import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { csvFile, csvRow, Folder, HEADER } from "../cli/context.js";

/** The cell of a column of its own that goes out for a value. */
async function cellOf(value: string, format = "csv"): Promise<string> {
  const folder = new Folder();
  folder.write("sessions.csv", `${HEADER},note\n${csvRow({})},"${value.replaceAll('"', '""')}"\n`);
  const { stdout } = await folder.run([
    "export",
    "-s",
    "sessions.csv",
    "--excel",
    "--format",
    format,
    "--fields",
    "note,state",
  ]);
  const [, cell = ""] = /^\ufeffnote[,\t]state\r\n(.*)[,\t]expired\r\n$/s.exec(stdout) ?? [stdout];
  return cell;
}

describe("an apostrophe stands before", () => {
  test.each([
    ["=1+1", "'=1+1"],
    ["+1", "'+1"],
    ["-x", "'-x"],
    ["@SUM(A1)", "'@SUM(A1)"],
    ["\t=1", "'\t'=1"],
    ["a;=1+1", "a;'=1+1"],
    ["a| '@x", "a| ''@x"],
    ["a\t+1;-2", "a\t'+1;'-2"],
    ["；＝1;＝1", "；＝1;'＝1"],
    ["\r=1", '"\'\r=1"'],
    [" =1+1", "' =1+1"],
    ["\n=1", '"\'\n=1"'],
    ["＝1", "'＝1"],
    ['=HYPERLINK("x")', '"\'=HYPERLINK(""x"")"'],
    ["12345678901234567890", "'12345678901234567890"],
    ["0012", "'0012"],
    ["12e45678", "'12e45678"],
    ["1-2", "'1-2"],
    ["10:30", "'10:30"],
    ["5%", "'5%"],
    ["$5", "'$5"],
    ["dec12345", "'dec12345"],
    ["1 Mar", "'1 Mar"],
    ["2025-09-30", "'2025-09-30"],
    ["2025-09-30T10:30:00.123456", "'2025-09-30T10:30:00.123456"],
    ["TRUE", "'TRUE"],
  ])("%j", async (value, cell) => {
    expect(await cellOf(value)).toBe(cell);
  });
});

test.each(["telegram_123", "a1b2c3d4", "0a4a371f-30ef-4271-a6a2-9689f500e226", "marketing", "x=1", "", "{}", "’"])(
  "%j stands as it is",
  async (value) => {
    expect(await cellOf(value)).toBe(value);
  },
);

test("a million spaces behind a separator take no time", async () => {
  const text = `a;${" ;\t".repeat(300_000)}x`;
  expect((await cellOf(text)) === text).toBe(true);
}, 5_000);

test("tabs part the cells of tsv, and quotes hold what has one", async () => {
  expect(await cellOf("a\tb", "tsv")).toBe('"a\tb"');
});

test("numbers and truths by type stay such, as far as their digits go", async () => {
  const folder = new Folder();
  folder.write("sessions.csv", csvFile(csvRow({ metadata: '{"a": -5, "b": 1234567890123456}' })));
  const { stdout } = await folder.run([
    "export",
    "-s",
    "sessions.csv",
    "--excel",
    "--fields",
    "idle,pending,metadata.a,metadata.b",
  ]);
  expect(stdout).toBe("\ufeffidle,pending,metadata.a,metadata.b\r\n6300,false,-5,'1234567890123456\r\n");
});

test("names of columns are guarded too", async () => {
  const folder = new Folder();
  folder.write("sessions.csv", `${HEADER},=cmd\n${csvRow({})},x\n`);
  const { stdout } = await folder.run(["export", "-s", "sessions.csv", "--excel", "--fields", "=cmd,state"]);
  expect(stdout).toBe("\ufeff'=cmd,state\r\nx,expired\r\n");
});

test("cells that Excel would cut are counted", async () => {
  const folder = new Folder();
  const metadata = (length: number): string => `{"a":"${"x".repeat(length - 8)}"}`;
  folder.write("sessions.csv", csvFile(csvRow({ metadata: metadata(32_767) }), csvRow({ metadata: metadata(32_768) })));
  const { stderr } = await folder.run(["export", "-s", "sessions.csv", "--excel"]);
  expect(stderr).toBe("warning: 1 cell longer than the 32,767 characters that Excel takes\n");
});

const hasOffice = spawnSync("soffice", ["--version"]).status === 0;
if (!hasOffice) console.log("skipped: no soffice on this machine");

test.runIf(hasOffice).for([
  ["csv", 44],
  ["tsv", 9],
] as const)(
  "LibreOffice takes %s and keeps ids, times and formulas as text",
  { timeout: 60_000 },
  ([format, delimiter]) => checkOffice(format, delimiter),
);

async function checkOffice(format: string, delimiter: number): Promise<void> {
  const folder = new Folder();
  const ids = ["12345678901234567890", "0012", "12e45678", "dec12", "a1b2c3d4", "=1+1"];
  const active = "2025-09-30T09:00:00.123456";
  folder.write("sessions.csv", csvFile(...ids.map((id) => csvRow({ id, active, metadata: '{"a": "é, \\"b\\""}' }))));
  await folder.run(["export", "-s", "sessions.csv", "--excel", "--format", format, "-o", "sheet.csv"]);
  mkdirSync(folder.file("profile"));
  const filter = "Text - txt - csv (StarCalc)";
  const { status } = spawnSync(
    "soffice",
    [
      `-env:UserInstallation=file://${folder.file("profile")}`,
      "--headless",
      `--infilter=${filter}:${delimiter},34,76,1`,
      ...[
        "--convert-to",
        `csv:${filter}:44,34,76,1,,0,false,true`,
        "--outdir",
        folder.file("saved"),
        folder.file("sheet.csv"),
      ],
    ],
    { cwd: folder.path, env: { ...process.env, HOME: folder.path } },
  );
  expect(status).toBe(0);
  const rows = folder
    .read("saved/sheet.csv")
    .replace(/^\ufeff/, "")
    .trimEnd()
    .split(/\r?\n/)
    .slice(1);
  expect(rows.map((row) => row.split(",")[0])).toEqual([
    "'12345678901234567890",
    "'0012",
    "'12e45678",
    "'dec12",
    "a1b2c3d4",
    "'=1+1",
  ]);
  for (const row of rows) {
    expect(row).toContain("2025-09-30T08:00:00Z,2025-09-30T09:00:00.123456Z,");
    expect(row).toContain('"{""a"": ""é, \\""b\\""""}"');
  }
}
