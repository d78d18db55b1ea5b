// Rows that the store makes by itself must never differ from decoded ones where only the options differ.
import { expect, test } from "vitest";
import { csvFile, csvRow, Folder } from "./context.js";

test("a time zone of the file means the same in every format", async () => {
  const folder = new Folder();
  folder.write("sessions.csv", csvFile(csvRow({ active: "2025-09-30T11:30:00" })));
  const fields = ["--fields", "last_activity,state", "--file-tz", "Europe/Berlin"];
  const tsv = await folder.run(["list", ...fields, "--format", "tsv"]);
  const csv = await folder.run(["list", ...fields, "--format", "csv"]);
  expect([tsv.stdout, csv.stdout]).toEqual([
    "last_activity\tstate\n2025-09-30T09:30:00Z\texpired\n",
    "last_activity,state\r\n2025-09-30T09:30:00Z,expired\r\n",
  ]);
});

test("a long field may be asked for many times", async () => {
  const folder = new Folder();
  const metadata = JSON.stringify({ a: "x".repeat(300_000) });
  folder.write("sessions.csv", csvFile(csvRow({ metadata }), csvRow({ id: "s2", metadata })));
  const names = [...Array<string>(8).fill("metadata"), "session_id"];
  const { stdout } = await folder.run(["list", "--fields", names.join(","), "--format", "tsv"]);
  const row = (id: string): string => [...Array<string>(8).fill(metadata), id].join("\t");
  expect(stdout).toBe(`${names.join("\t")}\n${row("s1")}\n${row("s2")}\n`);
});

test.each([100, 3000])("a file may have %d columns of its own", async (count) => {
  const folder = new Folder();
  const names = Array.from({ length: count }, (_, index) => `extra_${index}`);
  const [header = "", row = ""] = csvFile(csvRow({})).split("\n");
  folder.write("sessions.csv", `${header},${names.join(",")}\n${row},${names.join(",")}\n`);
  const { stdout, exitCode } = await folder.run(["list", "--json"]);
  const [session] = JSON.parse(stdout) as Record<string, unknown>[];
  expect({ exitCode, last: session?.[`extra_${count - 1}`] }).toEqual({ exitCode: 0, last: `extra_${count - 1}` });
});

test("what is left out is said too where only the first rows are asked for", async () => {
  const folder = new Folder();
  folder.write("sessions.csv", csvFile("torn,row", csvRow({}), csvRow({ id: "s2" })));
  for (const format of ["tsv", "csv"]) {
    const { stderr } = await folder.run(["list", "--limit", "1", "--format", format]);
    expect(stderr).toContain("line 2: 2 fields where the header has 8");
  }
});
