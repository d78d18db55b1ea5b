// Where record borders are in doubt, a write could lose sessions: nothing may be written.
import fs from "node:fs";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { HEADER, line, RETENTION } from "../session/records.js";
import { failureOf } from "../storage/folder.js";
import { EVERYTHING, fileOf, idsOf, namesBeside, readIds, removalById, storeWith } from "./store-file.js";

const LINE = line();
const FILLER = Array.from({ length: 3000 }, (_, index) =>
  line({ session_id: `filler ${index}`, metadata: '{"a":"x y"}' }),
);

/** What a removal of everything says of a file: each finding as its line and message. */
async function damageOf(content: string | Uint8Array): Promise<(readonly [number | undefined, string])[]> {
  const { file, store } = storeWith(content);
  const failure = await failureOf(() => store.remove(EVERYTHING, {}));
  expect(failure.code).toBe("STORE_DAMAGED");
  expect(failure.details.path).toBe(file);
  expect(failure.details.findingCount).toBeGreaterThanOrEqual(failure.details.findings?.length ?? 0);
  expect(fs.readFileSync(file).equals(Buffer.from(content))).toBe(true);
  expect(namesBeside(file)).toEqual(["s.csv"]);
  return (failure.details.findings ?? []).map((finding) => [finding.line, finding.message]);
}

const QUOTING = "a quoted field is not closed, or text follows its closing quote";
const BARE_CR = "a carriage return without a line feed stands outside quotes";
const NO_UTF8 = "bytes that are not UTF-8";

function withByte(before: string, byte: number, after: string): Buffer {
  return Buffer.concat([Buffer.from(before), Buffer.of(byte), Buffer.from(after)]);
}

describe("a removal is refused, and the file untouched, where", () => {
  test.each<[string, string | Uint8Array, (readonly [number | undefined, string])[]]>([
    ["the first record has a quote that is never closed", fileOf(`"${LINE}`, LINE), [[2, QUOTING]]],
    ["a record in the middle has one", fileOf(...FILLER, `x,"${LINE}`, ...FILLER), [[3002, QUOTING]]],
    ["the last record has one", fileOf(LINE, `${LINE.slice(0, -2)}"{}`), [[3, QUOTING]]],
    ["the file ends with an opening quote", `${fileOf(LINE)}"`, [[3, QUOTING]]],
    ["the file was cut inside quotes", `${fileOf(LINE)}a,b,c,d,e,f,,"{""a`, [[3, QUOTING]]],
    ["text follows a closing quote", fileOf(LINE, `"a"b${LINE}`, LINE), [[3, QUOTING]]],
    [
      "a closing quote was lost, so that the next opening one closes",
      fileOf(LINE, `"a,${LINE}`, `"b,${LINE}`),
      [[3, QUOTING]],
    ],
    ["a carriage return stands alone", fileOf(LINE, LINE.replace("_", "\r")), [[3, BARE_CR]]],
    ["records end with CR CR LF", `${fileOf(LINE)}${LINE}\r\r\n`, [[3, BARE_CR]]],
    ["a record holds a NUL byte", fileOf(LINE, LINE.replace("_", "\0")), [[3, "NUL bytes"]]],
    ["a block of the file is NUL", fileOf(...FILLER, "\0".repeat(4096), LINE), [[3002, "NUL bytes"]]],
    ["the file ends with NUL bytes", `${fileOf(LINE, LINE)}${"\0".repeat(100)}`, [[4, "NUL bytes"]]],
    ["a byte is Latin-1", withByte(`${HEADER}\n${LINE}\n${LINE.slice(0, -2)}"`, 0xe9, '"\n'), [[3, NO_UTF8]]],
    ["a character of UTF-8 is cut", withByte(`${HEADER}\n${LINE}\nx`, 0xf0, `,${LINE}\n`), [[3, NO_UTF8]]],
    [
      "two records are damaged",
      fileOf(`"a"b${LINE}`, LINE, "a\r,b"),
      [
        [2, QUOTING],
        [4, BARE_CR],
      ],
    ],
  ])("%s", async (_, content, findings) => {
    expect(await damageOf(content)).toEqual(findings);
  });

  test.each<[string, string | Uint8Array, string]>([
    ["it is empty", "", "the file is empty: it has no header"],
    ["it is a byte order mark", "\ufeff", "the file holds nothing but a byte order mark"],
    ["it has no header", `${LINE}\n`, "the first line is no header: it names none, or hardly any, of the columns"],
    [
      "it starts with a blank line",
      `\n${fileOf(LINE)}`,
      "the first line is no header: it names none, or hardly any, of the columns",
    ],
    ["its header has a column of another name", fileOf(LINE).replace("metadata", "meta"), "the header lacks metadata"],
    ["its header has a column twice", `${HEADER},user_id\n${LINE},x\n`, "the header names user_id more than once"],
    [
      "its header ends with CR CR LF",
      `${HEADER}\r\r\n${LINE}\r\n`,
      "a carriage return without a line feed stands in the header",
    ],
    [
      "its lines end with CR",
      `${HEADER},note\r${LINE},x\r`,
      "a carriage return without a line feed stands in the header",
    ],
    [
      "a quote of its header is never closed",
      `${HEADER},"note\n${LINE},x\n`,
      "a quoted field of the header is not closed, or text follows its closing quote",
    ],
    [
      "text follows a quote of its header",
      `${HEADER},"note"s\n${LINE},x\n`,
      "a quoted field of the header is not closed, or text follows its closing quote",
    ],
    ["it is UTF-16", Buffer.from(`\ufeff${fileOf(LINE)}`, "utf16le"), "the file is UTF-16, not UTF-8"],
    [
      "it is UTF-16, the other way round",
      Buffer.from(`\ufeff${fileOf(LINE)}`, "utf16le").swap16(),
      "the file is UTF-16, not UTF-8",
    ],
    [
      "it is UTF-16 without a mark",
      Buffer.from(fileOf(LINE), "utf16le"),
      "the file holds binary data (NUL bytes) where its header should be",
    ],
    ["it is gzip-compressed", gzipSync(fileOf(LINE)), "the file is gzip-compressed, not CSV"],
    [
      "it is a spreadsheet",
      Buffer.from("PK\u0003\u0004xl/worksheets"),
      "the file is a ZIP archive (a spreadsheet?), not CSV",
    ],
    ["it is a database", "SQLite format 3\0", "the file is an SQLite database, not CSV"],
    ["it is a JSON array", '[{"session_id": "a"}]\n', "the file looks like JSON, not CSV"],
    ["it is a JSON object", '{\n"session_id": "a"}', "the file looks like JSON, not CSV"],
    ["it is all NUL", Buffer.alloc(5000), "the file holds binary data (NUL bytes) where its header should be"],
  ])("%s", async (_, content, message) => {
    const findings = await damageOf(content);
    expect(findings.map(([, text]) => text)).toEqual([message]);
  });

  test("many records are damaged, of which it names twenty", async () => {
    const { store } = storeWith(fileOf(...Array.from({ length: 30 }, () => `"a"b`)));
    const { details } = await failureOf(() => store.remove(EVERYTHING, {}));
    expect([details.findings?.length, details.findingCount]).toEqual([20, 30]);
  });

  test("many records are damaged in several ways, of which it names the first twenty", async () => {
    const nul = Array.from({ length: 25 }, () => "a\0b");
    const findings = await damageOf(fileOf(`"a"b`, ...FILLER.slice(0, 10), ...nul));
    expect(findings.map(([at]) => at)).toEqual([2, ...Array.from({ length: 19 }, (_, index) => 13 + index)]);
  });

  test("the damage lies behind many windows of the file", async () => {
    expect(await damageOf(fileOf(...FILLER, ...FILLER, ...FILLER, "a\r,b"))).toEqual([[9002, BARE_CR]]);
  });
});

describe("damage", () => {
  test("refuses a removal of other sessions too", async () => {
    const { store } = storeWith(fileOf({ session_id: "a" }, `"b"c`));
    expect((await failureOf(() => store.remove(removalById("a"), {}))).code).toBe("STORE_DAMAGED");
  });

  test("refuses the plan of a removal as it refuses the removal", async () => {
    const { store } = storeWith(fileOf({ session_id: "a" }, `"b"c`));
    expect((await failureOf(() => store.planRemoval(removalById("a")))).code).toBe("STORE_DAMAGED");
  });

  test("is found before the removal is approved", async () => {
    const { store } = storeWith(fileOf({ session_id: "a" }, `"b"c`));
    let isAsked = false;
    await failureOf(() => store.remove(EVERYTHING, { approve: () => (isAsked = true) }));
    expect(isAsked).toBe(false);
  });

  test("does not keep the sessions before it from being read", async () => {
    const { store } = storeWith(fileOf({ session_id: "a" }, `"b"c`, { session_id: "d" }));
    expect(await readIds(store)).toEqual(["a", "d"]);
  });

  test("of the header keeps anything from being read", async () => {
    const { store } = storeWith(`${HEADER},"note\n${LINE},x\n`);
    const reading = store.read({ selection: [], retention: RETENTION });
    expect((await failureOf(() => idsOf(reading))).code).toBe("STORE_DAMAGED");
  });

  test("is no stray quote in an unquoted field, which borders on nothing", async () => {
    const { store } = storeWith(fileOf({ session_id: "a" }, LINE.replace("telegram_", 'tele"gram')));
    expect((await store.remove(removalById("a"), {})).plan.removed).toBe(1);
  });

  test("is no carriage return inside quotes", async () => {
    const { store } = storeWith(fileOf({ session_id: "a" }, { thread_id: "x\ry" }));
    expect((await store.remove(removalById("a"), {})).plan.removed).toBe(1);
  });
});
