// Literal bytes in, values out; what cannot be taken first.
import { appendFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { SessionsError } from "../../src/errors.js";
import { prepareImport } from "../../src/transfer/import.js";
import { openInput } from "../../src/transfer/import-input.js";
import { failureOf, temporaryFolder } from "../storage/folder.js";
import { HEADER, readImport } from "./importing.js";

const T = "2025-09-30T10:00:00";
const ROW = ["a", "u_1", "u", "t", T, T, "", '{"x": "é, \\"y\\""}'];
const CSV_ROW = `a,u_1,u,t,${T},${T},,"{""x"": ""é, \\""y\\""""}"`;

test.for<[string, string, string]>([
  ["an empty session_id", `,u,p,t,${T},${T},,`, "session_id is empty"],
  ["a session_id of spaces", ` ,u,p,t,${T},${T},,`, "session_id is empty"],
  ["a user_id of spaces", `a,  ,p,t,${T},${T},,`, "user_id is empty"],
  ["an id that a spreadsheet rounded", `1.23457E+15,u,p,t,${T},${T},,`, "session_id stands in scientific notation"],
  ["a user that a spreadsheet rounded", `a,1.2E+8,p,t,${T},${T},,`, "user_id stands in scientific notation"],
  ["a thread that a spreadsheet rounded", `a,u,p,1E+101,${T},${T},,`, "thread_id stands in scientific notation"],
  ["a lost reference", `a,#REF!,p,t,${T},${T},,`, "user_id is #REF!, which a spreadsheet shows for a lost value"],
  ["a lost name", `a,u,#NAME?,t,${T},${T},,`, "platform is #NAME?, which a spreadsheet shows for a lost value"],
  ["no time", `a,u,p,t,${T},soon,,`, "last_activity is no time that exists"],
  ["a day that does not exist", `a,u,p,t,2025-02-30T10:00:00,${T},,`, "created_at is no time that exists"],
  [
    "a time without its seconds",
    `a,u,p,t,30.09.2025 10:00,${T},,`,
    "created_at has no seconds: 30.09.2025 10:00; write it as 2025-09-30T10:00:00",
  ],
  [
    "a date alone",
    `a,u,p,t,2026-11-22,${T},,`,
    "created_at has no time of day: 2026-11-22; write it as 2025-09-30T10:00:00",
  ],
  ["a day that may be a month", `a,u,p,t,03/04/2025 10:00:00,${T},,`, "what created_at means exactly is lost"],
  ["an array for an object", `a,u,p,t,${T},${T},,[1]`, "metadata is JSON, but no object"],
  ["JSON that breaks off", `a,u,p,t,${T},${T},"{""a"": ",`, "pending_approval is not valid JSON"],
  ["too few fields", `a,u,p`, "3 fields where the header has 8"],
  ["too many fields", `a,u,p,t,${T},${T},,,x`, "9 fields where the header has 8"],
  ["a NUL byte", `a\0b,u,p,t,${T},${T},,`, "session_id holds NUL bytes in the place of something"],
])("%s is refused, with its line and text", async ([, row, reason]) => {
  const refused = [{ line: 5, reason, raw: row }];
  for (const delimiter of [",", ";"]) {
    const text = [HEADER, CSV_ROW.replace("u_1", '"u\r\n1"'), "", row, CSV_ROW].join("\r\n").replaceAll(",", delimiter);
    const outcome = await readImport(`${text}\r\n`);
    expect(outcome.refused).toEqual(refused.map((one) => ({ ...one, raw: one.raw.replaceAll(",", delimiter) })));
    expect(outcome.rows.length).toBe(2);
  }
});

test.for<[string, string, string]>([
  ["no object", "[1]", "it is JSON, but no object"],
  ["a cut line", '{"session_id": "a"', "it is no JSON: "],
  ["a missing time", '{"session_id":"a","user_id":"u"}', "created_at is missing"],
  [
    "half a character",
    `{"session_id":"\\ud800","user_id":"u","created_at":"${T}","last_activity":"${T}"}`,
    "session_id holds half of a character",
  ],
  [
    "an object as an id",
    `{"session_id":{},"user_id":"u","created_at":"${T}","last_activity":"${T}"}`,
    "session_id is {…, no text",
  ],
  [
    "a NUL character",
    `{"session_id":"a\\u0000b","user_id":"u","created_at":"${T}","last_activity":"${T}"}`,
    "session_id holds NUL bytes in the place of something",
  ],
  [
    "metadata that is a number",
    `{"session_id":"a","user_id":"u","created_at":"${T}","last_activity":"${T}","metadata":1}`,
    "metadata is JSON, but no object",
  ],
  ["a key that stands there twice", `{"session_id":"a","session_id":"b"}`, "a key stands in it twice"],
])("in JSON Lines %s is refused alone", async ([, row, reason]) => {
  const good = JSON.stringify({ session_id: "g", user_id: "u", created_at: T, last_activity: T });
  const { rows, refused } = await readImport(`${good}\n\n${row}\n${good}\n`);
  expect(refused).toEqual([{ line: 3, reason: expect.stringContaining(reason) as string, raw: row }]);
  expect(rows.length).toBe(2);
});

test.for<[string, string, RegExp]>([
  ["nothing", "", /empty/],
  ["blank lines", "\n\n", /empty/],
  ["a text", "Dear all,\nhello\n", /names none of the columns/],
  ["an unclosed quote", `${HEADER}\n"a,u\n${CSV_ROW}\n`, /begin and end is in doubt/],
  ["an unclosed quote between semicolons", `${HEADER.replaceAll(",", ";")}\n"a;u\n`, /begin and end is in doubt/],
  ["an array that is not closed", `[{"session_id": "a"}`, /line 1: the array is not closed/],
  ["an array that is cut", `[\n{"session_id": "a`, /line 2: the text ends inside the value/],
  ["an array without commas", `[{} {}]`, /a comma is missing/],
  ["an array with a comma too many", `[{},,{}]`, /a value is missing/],
  ["text behind an array", `[] x`, /text follows/],
  ["a spreadsheet", "PK\u0003\u0004xxxx", /ZIP archive or a spreadsheet/],
])("%s is refused as a whole", async ([, content, reason]) => {
  const { code, details } = await failureOf(() => readImport(Buffer.from(content, "latin1")));
  expect([code, details.reason]).toEqual(["INPUT_REFUSED", expect.stringMatching(reason)]);
});

test("a gzip bomb ends at the limit, and a cut gzip file is none", async () => {
  const bomb = gzipSync(Buffer.alloc(50_000_000));
  expect((await failureOf(() => readImport(bomb, { maxBytes: 1_000_000 }))).code).toBe("LIMIT_EXCEEDED");
  const whole = gzipSync(`${HEADER}\n${CSV_ROW}\n`);
  expect((await failureOf(() => readImport(whole.subarray(0, -6)))).code).toBe("STORE_DAMAGED");
});

test("a packed input that is written while it is unpacked is refused", async () => {
  const folder = temporaryFolder();
  const file = path.join(folder, "input");
  writeFileSync(file, gzipSync(`${HEADER}\n${CSV_ROW}\n`));
  const opening = openInput({ path: file }, { spoolFolder: folder, maxBytes: 2 ** 30 });
  appendFileSync(file, "x");
  expect((await failureOf(() => opening)).code).toBe("STORE_CHANGED");
});

test("a disk that fails in the middle of a foreign CSV is an error like others", async () => {
  const bytes = Buffer.from(`${HEADER}\n${CSV_ROW}\n`.replaceAll(/,(?! )/g, ";"));
  let fails = false;
  const readAt = (target: Uint8Array, at: number): number => {
    if (fails && at > 0) throw new SessionsError("IO_FAILED", { operation: "read", path: "in.csv" });
    return bytes.copy(target, 0, at);
  };
  const unused = { looksUnchanged: () => true, close: () => undefined, [Symbol.dispose]: () => undefined };
  const input = { name: "in.csv", layers: [], byteLength: bytes.length, readAt, ...unused };
  const prepared = await prepareImport(input, { columns: HEADER.split(","), addsColumns: false, map: [], isUtc: true });
  fails = true;
  const { code } = await failureOf(async () => {
    for await (const session of prepared.sessions(() => undefined)) expect(session.sessionId).toBe("a");
  });
  expect(code).toBe("IO_FAILED");
});

const RECORDS = `${HEADER}\n${CSV_ROW}\n`;
const SINGLE = `${HEADER}\na,'u_1',u,t,${T},${T},'','{"x": "é, \\"y\\""}'\n`;
const OBJECT = `{"session_id":"a","user_id":"u_1","platform":"u","thread_id":"t","created_at":"${T}","last_activity":"${T}Z","pending_approval":null,"metadata":{"x": "é, \\"y\\""}}`;

test.for<[string, string | Uint8Array, string]>([
  ["our own form", RECORDS, "csv"],
  ["a byte order mark", `\ufeff${RECORDS}`, "csv"],
  ["CRLF and no last line break", RECORDS.trimEnd().replaceAll("\n", "\r\n"), "csv"],
  ["CR alone", RECORDS.replaceAll("\n", "\r"), "csv"],
  ["semicolons", RECORDS.replaceAll(/,(?! )/g, ";"), "csv with ;"],
  ["bars", RECORDS.replaceAll(/,(?! )/g, "|"), "csv with |"],
  ["carets", RECORDS.replaceAll(/,(?! )/g, "^"), "csv with ^"],
  ["single quotes", SINGLE, "csv"],
  ["quoted tabs", RECORDS.replaceAll(/,(?! )/g, "\t"), "tsv"],
  ["tabs alone", `${HEADER.replaceAll(",", "\t")}\n${ROW.join("\t")}\n`, "tsv"],
  ["no header", `${CSV_ROW}\n`, "csv"],
  ["no header, semicolons", `${CSV_ROW.replaceAll(/,(?! )/g, ";")}\n`, "csv with ;"],
  ["UTF-16", Buffer.from(`\ufeff${RECORDS}`, "utf16le"), "UTF-16LE, csv"],
  ["UTF-16, the other way", Buffer.from(`\ufeff${RECORDS}`, "utf16le").swap16(), "UTF-16BE, csv"],
  ["UTF-16 without a mark", Buffer.from(RECORDS, "utf16le"), "UTF-16LE, csv"],
  ["Windows-1252", Buffer.from(RECORDS, "latin1"), "WINDOWS-1252, csv"],
  ["gzip", gzipSync(RECORDS), "gzip, csv"],
  ["gzip in parts", Buffer.concat([gzipSync(`${HEADER}\n`), gzipSync(`${CSV_ROW}\n`)]), "gzip, csv"],
  ["a JSON array", `[${OBJECT}]`, "json"],
  ["a JSON array over lines", `\ufeff[\n  ${OBJECT.replaceAll(/([{,])("[a-z])/g, "$1\n  $2")}\n]\n`, "json"],
  ["JSON Lines", `${OBJECT}\r\n`, "jsonl"],
  ["JSON values one behind the other", OBJECT.replace("{", "{\n"), "json"],
  ["JSON of texts", JSON.stringify([Object.fromEntries(HEADER.split(",").map((name, at) => [name, ROW[at]]))]), "json"],
  [
    "a string that holds an object",
    `[${OBJECT.replace(/\{"x.*\}\}/, (text) => `${JSON.stringify(text.slice(0, -1))}}`)}]`,
    "json",
  ],
])("%s is read", async ([, content, form]) => {
  const { rows, refused, ...outcome } = await readImport(content);
  expect(refused).toEqual([]);
  expect(outcome.form).toBe(form);
  expect(rows).toEqual([ROW]);
});

test.for([
  ["semicolons", ";", "\n"],
  ["tabs", "\t", "\r\n"],
  ["CR alone", ",", "\r"],
] as const)("behind a byte order mark, letters and places stay right with %s", async ([, delimiter, lineBreak]) => {
  const row = ["é", "Жук “€”", "漢字", "🙂", T, T, "", '{"я": "Ω"}'];
  const broken = ["Ж", "u", "p", "t", T, "soon", "", ""].join(delimiter);
  const lines = [HEADER.replaceAll(",", delimiter), broken, row.join(delimiter).replace(/\{.*$/, '"{""я"": ""Ω""}"')];
  const { rows, refused } = await readImport(`\ufeff${lines.join(lineBreak)}${lineBreak}`);
  expect(rows).toEqual([row]);
  expect(refused).toEqual([{ line: 2, reason: "last_activity is no time that exists", raw: broken }]);
});

test.for([
  ["its end", ["a", "u", "p", "t", T, T, "", '{"x":\n 1}']],
  ["its midst, with a tab", ["a", "u", "p", "t\n\t1", T, T, "", "{}"]],
  ["its start", ["a\n1", "u", "p", "t", T, T, "", '{"x": "y"}']],
] as const)("a record of a TSV with a quoted line break at %s is read", async ([, row]) => {
  const quoted = row.map((value) => (/["\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value)).join("\t");
  const lines = [HEADER.replaceAll(",", "\t"), ROW.join("\t").replace(/\{.*$/, "{}"), "", quoted];
  for (const lineBreak of ["\n", "\r\n"]) {
    const { rows, refused } = await readImport(`${lines.join(lineBreak)}${lineBreak}`);
    expect([rows[1], refused]).toEqual([row, []]);
    // The sample ends within the value.
    const long = `${lines.join(lineBreak)}${lineBreak}${`${quoted}${lineBreak}`.repeat(4000)}`;
    expect((await readImport(long)).refused).toEqual([]);
  }
});

test("a record with the target's columns is copied as it is, times with an offset too", async () => {
  const row = `"a",u,p,t,${T}Z,2025-09-30 12:00:00+02:00,"",{}`;
  const { raw, rows } = await readImport(`${HEADER}\r\n${row}\r\n`);
  expect(raw).toEqual([row]);
  expect(rows[0]?.[4]).toBe(`${T}Z`);
});

test.for<[string, string]>([
  [`${T}Z`, T],
  ["2025-09-30T12:00:00.120000+02:00", "2025-09-30T10:00:00.120000"],
  ["2025-09-30T12:00:00.5+02:00", "2025-09-30T10:00:00.500000"],
  ["2025-09-30 10:00:00", "2025-09-30 10:00:00"],
  ["2025-09-30T10:00:00.123456789Z", "2025-09-30T10:00:00.123456789Z"],
  ["1759226400", T],
  ["1759226400123", "2025-09-30T10:00:00.123000"],
])("else the time %s becomes %s", async ([text, expected]) => {
  const row = `a;u;p;t;${text};${T};;`;
  expect((await readImport(`${HEADER.replaceAll(",", ";")}\n${row}\n`)).rows[0]?.[4]).toBe(expected);
});

test("where times without an offset are not UTC, an offset stays", async () => {
  const { rows } = await readImport(`${HEADER.replaceAll(",", ";")}\na;u;p;t;${T}Z;${T};;\n`, { isUtc: false });
  expect(rows[0]?.[4]).toBe(`${T}Z`);
});

test.for<[string, string]>([
  ["1759226400", `${T}Z`],
  ["1759226400123", "2025-09-30T10:00:00.123000Z"],
  ["/Date(1759226400000)/", `${T}Z`],
  ["20250930T120000+0200", `${T}Z`],
  ["30.09.2025 10:00:00 UTC", `${T}Z`],
  ["Tue Sep 30 10:00:00 UTC 2025", `${T}Z`],
  ["2025/09/30 12:00:00+02", `${T}Z`],
  ["20250930100000", T],
  ["30.09.2025 10:00:00", T],
  ["Sep 30, 2025 10:00:00 AM", T],
])("where times without an offset are not UTC, %s becomes %s", async ([text, expected]) => {
  const row = `a;u;p;t;"${text}";${T};;`;
  const { rows, refused } = await readImport(`${HEADER.replaceAll(",", ";")}\n${row}\n`, { isUtc: false });
  expect([refused, rows[0]?.[4]]).toEqual([[], expected]);
});

test.for<[string, string]>([
  ["a carriage return alone", "u\r1"],
  ["a quote inside an unquoted value", 'u"1'],
])("a record with %s is not copied but written anew", async ([, user]) => {
  const { raw, rows } = await readImport(`${HEADER}\n${CSV_ROW}\na,${user},p,t,${T},${T},,\n`);
  expect([raw, rows[1]?.[1]]).toEqual([[CSV_ROW, undefined], user]);
});

test("strings of JSON end where they end, whatever they hold", async () => {
  const texts = ['"', "\\", '\\"', "}", '"}]', "[{,", '\\\\"]'];
  const objects = texts.map((text) => ({ session_id: text, user_id: "u", created_at: T, last_activity: T }));
  for (const indent of [undefined, 2]) {
    const { rows } = await readImport(JSON.stringify(objects, undefined, indent));
    expect(rows.map(([id]) => id)).toEqual(texts);
  }
});

test("spaces around ids are taken off, and values that the file may hold are not tidied up", async () => {
  const row = [" a ", "u\t", "\u00a0p", "", T, T, "null", "{ }"];
  const json = JSON.stringify([Object.fromEntries(HEADER.split(",").map((name, at) => [name, row[at]]))]);
  for (const input of [json, `${HEADER}\n${row.join(",")}\n`]) {
    const { rows, converted } = await readImport(input);
    expect([rows, converted]).toEqual([[["a", "u", "p", "", T, T, "", "{ }"]], 4]);
  }
});

test("ids with suspicious bytes that are sound are copied", async () => {
  const row = `éa é,+,a+12,#1,${T}Z,${T},,{}`;
  expect((await readImport(`${HEADER}\n${row}\n`)).raw).toEqual([row]);
});

test("numbers and laid out objects keep their digits", async () => {
  const json = `[{"session_id": 12345678901234567890, "user_id": 1.0, "created_at": "${T}", "last_activity": "${T}",
    "metadata": {\n "n": 12345678901234567890,\n "s": "a,b: \\"c\\n\\"", "l": [ 1, 2 ], "e": {} }}]`;
  const { rows } = await readImport(json);
  const metadata = '{"n": 12345678901234567890, "s": "a,b: \\"c\\n\\"", "l": [1, 2], "e": {}}';
  expect(rows).toEqual([["12345678901234567890", "1.0", "", "", T, T, "", metadata]]);
});

test("keys that objects of JavaScript have are keys like others", async () => {
  const json = `[{"__proto__": "p", "constructor": "c", "session_id": "a", "user_id": "u", "created_at": "${T}", "last_activity": "${T}", "metadata": {"__proto__": {"admin": true}}}]`;
  expect((await failureOf(() => readImport(json))).details.reason).toContain("no column for __proto__, constructor");
  const columns = [...HEADER.split(","), "__proto__", "constructor"];
  const { rows } = await readImport(json, { columns });
  expect(rows[0]?.slice(7)).toEqual(['{"__proto__": {"admin": true}}', "p", "c"]);
  expect(({} as { admin?: boolean }).admin).toBeUndefined();
});

test("a single value of 10 MB is read in each form", async () => {
  const long = "x".repeat(10_000_000);
  const metadata = `{"a": "${long}"}`;
  for (const content of [
    `${HEADER}\na,u,p,t,${T},${T},,"{""a"": ""${long}""}"\n`,
    `${HEADER.replaceAll(",", ";")}\na;u;p;t;${T};${T};;"{""a"": ""${long}""}"\n`,
    `[{"session_id":"a","user_id":"u","created_at":"${T}","last_activity":"${T}","metadata":\n{"a":\n"${long}"}}]`,
  ]) {
    const { rows, refused } = await readImport(content);
    expect(refused).toEqual([]);
    expect(rows[0]?.[7] === metadata).toBe(true);
  }
});

test.for<[string, string, string[]]>([
  ["in another order", "metadata,last_activity,created_at,user_id,session_id", ["s", "u", "", "", T, T, "", "{}"]],
  ["spelled otherwise", "meta;Last Activity;createdAt;UserID;Session-Id", ["s", "u", "", "", T, T, "", "{}"]],
  [
    "with computed fields of ours",
    "metadata,last_activity,created_at,user_id,session_id,state",
    ["s", "u", "", "", T, T, "", "{}"],
  ],
])("columns %s are found", async ([, header, expected]) => {
  const delimiter = header.includes(";") ? ";" : ",";
  const values = ["{}", T, T, "u", "s", "active"].slice(0, header.split(delimiter).length);
  expect((await readImport(`${header}\n${values.join(delimiter)}\n`)).rows).toEqual([expected]);
});

test("an exact name comes before one that means the same", async () => {
  const text = `user_id,user,session_id,created_at,last_activity\nu,x,s,${T},${T}\n`;
  expect((await failureOf(() => readImport(text))).details.reason).toBe("the file has no column for user");
  expect((await readImport(text, { map: [{ from: "user", to: "" }] })).rows[0]?.[1]).toBe("u");
  const map = [{ from: "user", to: "user_id" }];
  expect((await failureOf(() => readImport(text, { map }))).details.reason).toBe(
    "two columns of the input are for user_id",
  );
});

test.for<[string, string, string, RegExp]>([
  ["to a column that is not there", "x", "nothing", /names a column that the file does not have/],
  ["from a column that is not there", "y", "platform", /names a column that the input does not have: y/],
])("a mapping %s is an error", async ([, from, to, reason]) => {
  for (const text of [`x,session_id,user_id\n`, `{"x":1,"session_id":"a","user_id":"u"}\n`]) {
    const { code, details } = await failureOf(() =>
      readImport(text, {
        map: [
          { from: "x", to: "" },
          { from, to },
        ].slice(from === "x" ? 1 : 0),
      }),
    );
    expect([code, details.reason]).toEqual(["USAGE", expect.stringMatching(reason)]);
  }
});

test.for<[string, string, boolean, string]>([
  ["the header as it stands", `\ufeffnote,${HEADER}\n`, true, `\ufeffnote,${HEADER}\n`],
  ["a line break where it has none", HEADER, false, `${HEADER}\r\n`],
  ["the usual header for other dialects", HEADER.replaceAll(",", ";"), false, `${HEADER}\r\n`],
  ["other columns behind ours", `no;${HEADER.replaceAll(",", ";")};"a,b"\n`, true, `${HEADER},no,"a,b"\r\n`],
  [
    "other keys behind ours",
    `{"no":1,"session_id":"a","user_id":"u","created_at":"${T}","last_activity":"${T}"}\n`,
    true,
    `${HEADER},no\r\n`,
  ],
])("a new file gets %s", async ([, text, addsColumns, expected]) => {
  expect((await readImport(text, { columns: undefined, addsColumns })).createWith).toBe(expected);
});

const NAMELESS = `${HEADER},,x`;
const NAMELESS_ROW = `${CSV_ROW},secret,1`;

test("columns without a name are copied where the file has them at the same place", async () => {
  for (const columns of [NAMELESS.split(","), undefined]) {
    const { raw, refused } = await readImport(`${NAMELESS}\n${NAMELESS_ROW}\n`, {
      columns,
      addsColumns: columns === undefined,
    });
    expect([raw, refused]).toEqual([[NAMELESS_ROW], []]);
  }
});

test("a value of a column without a name is refused where it has no place, and taken as --map says", async () => {
  const columns = [...HEADER.split(","), "x"];
  for (const delimiter of [",", ";"]) {
    const text = `${NAMELESS}\na,u,p,t,${T},${T},,,secret,1\nb,u,p,t,${T},${T},,,,1\n`.replaceAll(",", delimiter);
    const { rows, refused } = await readImport(text, { columns });
    expect(refused.map(({ line, reason }) => [line, reason])).toEqual([
      [2, "column 9 has a value but no name; name it with --map 9=<column>, or leave it out with --map 9="],
    ]);
    expect(rows.map(([id]) => id)).toEqual(["b"]);
    const left = await readImport(text, { columns, map: [{ from: "9", to: "" }] });
    expect([left.refused, left.rows[0]?.[8]]).toEqual([[], "1"]);
    const named = await readImport(text, {
      columns: [...columns, "y"],
      map: [{ from: "9", to: "y" }],
    });
    expect([named.refused, named.rows[0]?.slice(8)]).toEqual([[], ["1", "secret"]]);
  }
});

test("a named column that is left out is not copied into one without a name", async () => {
  const row = `${CSV_ROW},secret,1`;
  const { raw } = await readImport(`${HEADER},note,x\n${row}\n`, {
    columns: NAMELESS.split(","),
    map: [{ from: "note", to: "" }],
  });
  expect(raw).toEqual([undefined]);
});

test("a key without a name is refused with its value", async () => {
  const { refused } = await readImport(OBJECT.replace("{", '{"":"secret",'));
  expect(refused.map(({ reason }) => reason)).toEqual([expect.stringContaining("column 1 has a value but no name")]);
});

test("of columns with one name one is left out by its number", async () => {
  const text = `${HEADER},x,x\n${CSV_ROW},1,2\n`;
  const columns = [...HEADER.split(","), "x"];
  const { code, details } = await failureOf(() => readImport(text, { columns }));
  expect([code, details.reason, details.hint]).toEqual([
    "USAGE",
    "two columns of the input are for x",
    expect.stringContaining("--map 10="),
  ]);
  expect((await readImport(text, { columns, map: [{ from: "10", to: "" }] })).rows[0]?.[8]).toBe("1");
});

const TABS = HEADER.replaceAll(",", "\t");

test.for<[string, string]>([
  ["text beside JSON that is not quoted", `${TABS}\na\tVALUE\tp\tt\t${T}\t${T}\t\t{"x": 1}\n`],
  ["text where lines end as export ends them", `${TABS}\na\tVALUE\tp\tt\t${T}\t${T}\t\t{}\n`],
])("quotes in tab-separated values are %s", async ([, text]) => {
  for (const value of ['"""x"""', '"x"', '""', '"', '"x', '"a""b"', "'x'", '"x" y']) {
    const { rows, refused } = await readImport(text.replace("VALUE", value));
    expect([rows[0]?.[1], refused]).toEqual([value, []]);
  }
});

test.for<[string, string, string]>([
  ["stand around JSON", `${TABS}\na\t"""u"""\tp\tt\t${T}\t${T}\t\t"{""x"": 1}"\n`, '"u"'],
  ["stand in lines of a spreadsheet", `${TABS}\r\na\t"""u"""\tp\tt\t${T}\t${T}\t\t{}\r\n`, '"u"'],
  ["hold tabs", `${TABS}\na\t"""u""\t1"\tp\tt\t${T}\t${T}\t\t{}\n`, '"u"\t1'],
  ["hold line breaks", `${TABS}\na\t"u\n1"\tp\tt\t${T}\t${T}\t\t{}\n`, "u\n1"],
  ["stand around the header", `"${TABS.replaceAll("\t", '"\t"')}"\n"a"\t"u"\t"p"\t"t"\t${T}\t${T}\t""\t{}\n`, "u"],
])("quotes of tab-separated values that %s are none of the value", async ([, text, user]) => {
  const { rows, refused } = await readImport(text);
  expect([rows[0]?.[1], refused]).toEqual([user, []]);
});
