import { stringify } from "csv-stringify/sync";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { TextOutput } from "../../src/cli/context.js";
import { printLaidOutRows, printRows } from "../../src/cli/print-rows.js";
import { generateDemo } from "../../src/demo/generate.js";
import { COLUMN_NAMES } from "../../src/session/columns.js";
import { parseTimestamp } from "../../src/session/timestamp.js";
import { CsvStore } from "../../src/store/csv-store.js";

const NOW = parseTimestamp("2025-09-30T12:00:00");
const RETENTION = { now: NOW, timeoutSeconds: 3600 };
const FORMATS = ["tsv", "json", "jsonl", "ids"] as const;
const ALL = [...COLUMN_NAMES, "note", "state"];

const ignore = async (): Promise<void> => undefined;

interface Printed {
  readonly output: TextOutput;
  readonly text: () => string;
}

function capture(): Printed {
  let text = "";
  const write = (piece: string | Uint8Array): Promise<void> => {
    text += typeof piece === "string" ? piece : Buffer.from(piece).toString("utf8");
    return Promise.resolve();
  };
  return { output: { write, isTerminal: false, columns: 80, rows: 24 }, text: () => text };
}

/** The same file printed by the store's own rows and by decoding every session. */
async function printBothWays(
  csv: Buffer,
  format: (typeof FORMATS)[number],
  names: readonly string[],
): Promise<string[]> {
  const store = CsvStore.inMemory(csv, "test", undefined);
  const { columns } = await store.describe();
  const fields = { names, columnNames: columns.names };
  const reading = store.read({ selection: [], retention: RETENTION });
  const [quick, slow] = [capture(), capture()];
  await printLaidOutRows(quick.output, reading, format, fields, RETENTION, { offset: 0, limit: Infinity }, ignore);
  await printRows(slow.output, format, fields, RETENTION, reading, ignore);
  return [quick.text(), slow.text()];
}

const time = fc.oneof(
  fc.constantFrom(
    "2025-09-30T10:30:00",
    "2025-09-30T11:59:59.999999",
    "2025-09-30T11:00:00.000000",
    "2025-09-30 10:30:00",
    "2025-09-30t10:30:00.5",
    "2025-09-30T10:30:00Z",
    "2025-09-30T12:30:00.123456+02:00",
    "2025-09-30T10:30:00.1234567",
    "2025-02-30T10:30:00",
    "yesterday",
    "",
  ),
);
const text = fc.oneof(
  fc.constantFrom(
    "telegram_1",
    "a,b",
    'say "hi"',
    "back\\slash",
    "tab\there",
    "line\nbreak",
    "\x1b[31m",
    "李雷",
    "é",
    "“”",
  ),
  fc.string({ unit: "binary", maxLength: 40 }),
);
const json = fc.oneof(
  fc.json({ maxDepth: 2 }),
  fc.constantFrom(
    "",
    "{}",
    "null",
    " null ",
    "[]",
    "[1, 2]",
    '"text"',
    "12345678901234567890",
    '{"id": 12345678901234567890}',
    '{"a": NaN}',
    '{"a": "\\u202e"}',
    '{"a": "\u202e"}',
    '{"a": "李"}',
    '{\n "a": 1\n}',
    '{\t\r\n \t"a"\n:  \r 1,\n "b":\n\n["two  spaces", \n"x"]\n}\n',
    `{\n "${"long ".repeat(9)}":\n\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t[${'"“a”",\n '.repeat(9)}1]}`,
    '{"a": "\u2028"}',
    '{"a": "\u009b“”\u00a0"}',
    '{"a": "\u007f"}',
    " {}",
    "{broken",
    "x".repeat(100),
  ),
);
const record = fc.tuple(text, text, text, text, time, time, json, json, text);

describe("rows that the store makes itself", () => {
  test.each(FORMATS)("are those that decoding makes, as %s", async (format) => {
    await fc.assert(
      fc.asyncProperty(fc.array(record, { maxLength: 20 }), fc.boolean(), fc.boolean(), async (rows, quoted, crlf) => {
        const csv = stringify([[...COLUMN_NAMES, "note"], ...rows], { quoted, record_delimiter: crlf ? "\r\n" : "\n" });
        const [quick, slow] = await printBothWays(Buffer.from(csv), format, ALL);
        expect(quick).toBe(slow);
      }),
      { numRuns: 300 },
    );
  });

  test.each(FORMATS)("are those that decoding makes of every character up to U+3000, as %s", async (format) => {
    const characters = Array.from({ length: 0x3000 }, (_, code) => String.fromCharCode(code));
    const rows = characters.map((character, code) => {
      const value = `${"-".repeat(code % 37)}${character}${"-".repeat(code % 31)}`;
      const now = "2025-09-30T10:30:00";
      return ["id", value, "p", "t", now, now, JSON.stringify({ value }), `{"v": "${value}"}`, value];
    });
    const csv = stringify([[...COLUMN_NAMES, "note"], ...rows]);
    const [quick, slow] = await printBothWays(Buffer.from(csv), format, ALL);
    expect(quick).toBe(slow);
    expect(slow?.length).toBeGreaterThan(characters.length);
  });

  test.each(FORMATS)("are those that decoding makes of a file that is not all UTF-8, as %s", async (format) => {
    const rows = ["a\xe9", "b\xc3\xa9", "c\xff"].map(
      (user) => `id,${user},p,t,2025-09-30T10:30:00,2025-09-30T10:30:00,,{}`,
    );
    const csv = Buffer.from(`${COLUMN_NAMES.join(",")}\n${rows.join("\n")}\n`, "latin1");
    const [quick, slow] = await printBothWays(csv, format, [...COLUMN_NAMES, "state"]);
    expect(quick).toBe(slow);
  });

  test.each(FORMATS)("are those that decoding makes of a large file, as %s", async (format) => {
    const csv = Buffer.from([...generateDemo({ rows: 5000, seed: 7, now: NOW })].join(""));
    const [quick, slow] = await printBothWays(csv, format, [...COLUMN_NAMES, "state"]);
    expect(quick).toBe(slow);
  });

  test.each(FORMATS)("are those that decoding makes where a column's name is hostile, as %s", async (format) => {
    const name = 'n\u202e\x1b\x7f"\t';
    const csv = stringify([
      [...COLUMN_NAMES, name],
      ["id", "u", "p", "t", "2025-09-30T10:30:00", "2025-09-30T10:30:00", "", "{}", "v"],
    ]);
    const [quick, slow] = await printBothWays(Buffer.from(csv), format, [...COLUMN_NAMES, name]);
    expect(quick).toBe(slow);
  });

  test("leave out and end where the page does", async () => {
    const csv = Buffer.from([...generateDemo({ rows: 3000, seed: 7, now: NOW })].join(""));
    const store = CsvStore.inMemory(csv, "test", undefined);
    const { columns } = await store.describe();
    const fields = { names: ["session_id"], columnNames: columns.names };
    const reading = store.read({ selection: [], retention: RETENTION });
    const [whole, page] = [capture(), capture()];
    await printLaidOutRows(whole.output, reading, "tsv", fields, RETENTION, { offset: 0, limit: Infinity }, ignore);
    await printLaidOutRows(page.output, reading, "tsv", fields, RETENTION, { offset: 1190, limit: 900 }, ignore);
    expect(page.text().split("\n").slice(1)).toEqual([...whole.text().split("\n").slice(1191, 2091), ""]);
  });

  test("are not made for a field that must be computed", async () => {
    const store = CsvStore.inMemory(Buffer.from(`${COLUMN_NAMES.join(",")}\n`), "test", undefined);
    const reading = store.read({ selection: [], retention: RETENTION });
    const fields = { names: ["metadata.source"], columnNames: COLUMN_NAMES };
    const { output } = capture();
    expect(
      await printLaidOutRows(output, reading, "tsv", fields, RETENTION, { offset: 0, limit: Infinity }, ignore),
    ).toBe(false);
  });
});
