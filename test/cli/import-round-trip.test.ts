// What goes out comes in again: values as they were, and a CSV byte for byte.
import fc from "fast-check";
import { expect, test } from "vitest";
import { encodeField } from "../../src/check/encode.js";
import { generateDemo } from "../../src/demo/generate.js";
import { parseTimestamp } from "../../src/session/timestamp.js";
import { Folder, HEADER, NOW } from "./context.js";

type Values = Readonly<Record<string, string>>;

/** What a file says: texts as they are, times as instants, JSON as values. */
async function valuesOf(folder: Folder, file: string): Promise<unknown[]> {
  const { stdout } = await folder.run(["-s", file, "list", "--json", "--all"]);
  return (JSON.parse(stdout) as Values[]).map(({ created_at: created = "", last_activity: active = "", ...rest }) => {
    return { ...rest, created: parseTimestamp(created), active: parseTimestamp(active) };
  });
}

async function throughEach(content: string, formats: readonly string[]): Promise<void> {
  const folder = new Folder();
  folder.write("old.csv", content);
  await folder.run(["-s", "same.csv", "import", "old.csv", "--create", "--yes"]);
  expect(folder.read("same.csv")).toBe(content);
  const values = await valuesOf(folder, "old.csv");
  for (const format of formats) {
    const { stdout } = await folder.run(["-s", "old.csv", "list", "--all", "--format", format]);
    const { stderr } = await folder.run(
      ["-s", `${format}.csv`, "import", "-", "--create", "--yes", "--format", format],
      { stdin: stdout },
    );
    expect(stderr).toBe("");
    expect(await valuesOf(folder, `${format}.csv`)).toEqual(values);
  }
}

test.each([1, 2, 3])("a realistic file goes through each format, seed %i", async (seed) => {
  const content = [...generateDemo({ rows: 400, seed, now: parseTimestamp(NOW) })].join("");
  await throughEach(content, ["csv", "tsv", "json", "jsonl"]);
});

const hostile = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 12 }),
  fc.string({
    unit: fc.constantFrom(
      '"',
      ",",
      ";",
      "\t",
      "\n",
      "\r\n",
      "'",
      "=",
      " ",
      "\ufeff",
      "\u202e",
      "\u001b",
      "é",
      "🎉",
      "|",
    ),
  }),
  fc.constantFrom(
    "__proto__",
    "constructor",
    "=1+1",
    "null",
    "NULL",
    "{}",
    "[]",
    '""',
    "-",
    "0012",
    "12345678901234567890",
  ),
);
const text = hostile.filter(
  (value) => !value.includes("\0") && !/\p{Surrogate}/u.test(value) && !/^\d(?:[.,]\d+)?[eE]\+\d{1,3}$/.test(value),
);
/** Spaces around ids are taken off. */
const id = text.filter((value) => !/^[\s\u0085\ufeff]|[\s\u0085\ufeff]$/.test(value));
const filled = id.filter((value) => value !== "");
const time = fc
  .date({ min: new Date("1990-01-01"), max: new Date("2090-01-01"), noInvalidDate: true })
  .chain((date) =>
    fc.constantFrom(date.toISOString().slice(0, 19), date.toISOString(), `${date.toISOString().slice(0, -1)}456`),
  );
const json = fc
  .dictionary(text, fc.oneof(text, fc.integer(), fc.constant(null), fc.array(text)), { maxKeys: 3 })
  .map((value) => JSON.stringify(value));
const record = fc.tuple(filled, filled, id, id, time, time, fc.oneof(fc.constant(""), json), json);

test("hostile values go through the exact formats", async () => {
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(record, { selector: ([id]) => id, maxLength: 8 }), async (records) => {
      const lines = records.map((fields) => fields.map(encodeField).join(","));
      await throughEach([HEADER, ...lines].map((line) => `${line}\r\n`).join(""), ["csv", "json", "jsonl"]);
    }),
    { numRuns: 30 },
  );
}, 60_000);
