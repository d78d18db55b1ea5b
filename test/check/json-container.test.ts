import { describe, expect, test } from "vitest";
import { recordsOfJson } from "../../src/check/json-container.js";

const HEADER = "session_id,user_id,platform,thread_id,created_at,last_activity,pending_approval,metadata";
/** As few of our columns as make a record. */
const FOUR = '"session_id":"s","user_id":"u","platform":"p","thread_id":"t"';

function csvOf(json: string | Buffer): string | undefined {
  return recordsOfJson(Buffer.from(json as string))?.toString("utf8");
}

/** The lines that follow a header. */
function linesOf(json: string | Buffer, header = HEADER): string[] {
  const lines = csvOf(json)?.split("\r\n") ?? [];
  expect(lines[0]).toBe(header);
  expect(lines.at(-1)).toBe("");
  return lines.slice(1, -1);
}

describe("no records are in", () => {
  test.each([
    ["an empty file", ""],
    ["a file of spaces", " \r\n"],
    ["an empty array", "[]"],
    ["an empty object", "{}"],
    ["a text", '"session_id"'],
    ["a brace alone", "{"],
    ["an object that is cut before its brace", `{${FOUR}`],
    ["an object that is cut within a value", `{${FOUR},"metadata":{"a`],
    ["an object with three of our columns", '{"session_id":"s","user_id":"u","platform":"p"}'],
    ["an object with one of our columns four times", '{"user_id":1,"user_id":2,"user_id":3,"user_id":4}'],
    ["an object with our columns spelled four times the same", '{"userId":1,"user_id":2,"UserId":3,"user-id":4}'],
    ["an object with our columns in another one", `{"__proto__":{"session_id":"s","user_id":"u","platform":"p"}}`],
    ["lists of values", '[["session_id","user_id","platform","thread_id"],["s","u","p","t"]]'],
    ["CSV", `${HEADER}\r\ns,u,p,t,,,,"{""a"":1}"\r\n`],
  ])("%s", (_name, json) => {
    expect(csvOf(json)).toBeUndefined();
  });

  test("a file of more than 256 MiB", () => {
    const bytes = Buffer.alloc(256 * 1024 * 1024 + 1);
    bytes.write(`{${FOUR}}`);
    expect(recordsOfJson(bytes)).toBeUndefined();
  });

  test("an object deeper than a thousand levels", () => {
    const nested = (levels: number): string => `{${FOUR},"metadata":${"[".repeat(levels)}${"]".repeat(levels)}}`;
    expect(linesOf(nested(999))).toEqual([`s,u,p,t,,,,${"[".repeat(999)}${"]".repeat(999)}`]);
    expect(csvOf(nested(1001))).toBeUndefined();
  });
});

test("more than five hundred objects that are none of ours end the search", () => {
  expect(linesOf(`${"{}".repeat(500)}{${FOUR}}`)).toEqual(["s,u,p,t,,,,"]);
  expect(csvOf(`${"{}".repeat(501)}{${FOUR}}`)).toBeUndefined();
  expect(csvOf(`{${FOUR}}${"{".repeat(501)}`)).toBeUndefined();
  expect(csvOf("{".repeat(1_000_000))).toBeUndefined();
});

describe("records are found in", () => {
  const two = ["s,u,p,t,,,,", "s,u,p,t,,,,"];
  test.each([
    ["an array", `[{${FOUR}},{${FOUR}}]`],
    ["an array over several lines", `[\r\n  {${FOUR}},\r\n  {${FOUR}}\r\n]\r\n`],
    ["one object a line", `{${FOUR}}\n{${FOUR}}\n`],
    ["objects behind a byte order mark", `\ufeff{${FOUR}}{${FOUR}}`],
    ["an array inside of an object", `{"sessions":[{${FOUR}},{${FOUR}}]}`],
    [
      "an array beside other values",
      `{"count": 2, "last": null, "ok": true, "more": false, "sessions": [{${FOUR}},{${FOUR}}]}`,
    ],
    ["an array before other values", `{"sessions":[{${FOUR}},{${FOUR}}],"count":2,"source":"bot","note":""}`],
    ["objects by their keys", `{"a1": {${FOUR}}, "a2": {${FOUR}}}`],
    ["an array that is cut", `[{${FOUR}},{${FOUR}}`],
    ["objects of an array with a comma too many", `[{${FOUR}},,{${FOUR}},]`],
  ])("%s", (_name, json) => {
    expect(linesOf(json)).toEqual(two);
  });

  test("an object of ours, not in what it holds", () => {
    expect(linesOf(`{${FOUR},"metadata":{${FOUR}}}`)).toEqual([
      's,u,p,t,,,,"{""session_id"":""s"",""user_id"":""u"",""platform"":""p"",""thread_id"":""t""}"',
    ]);
  });
});

describe("columns", () => {
  test("are the usual ones in their order, whatever the order of keys", () => {
    const keys = HEADER.split(",").reverse();
    expect(linesOf(`{${keys.map((name, place) => `"${name}":${place}`).join(",")}}`)).toEqual(["7,6,5,4,3,2,1,0"]);
  });

  test.each([
    [
      "camel case",
      '"sessionId":1,"userId":2,"platform":3,"threadId":4,"createdAt":5,"lastActivity":6,"pendingApproval":7,"metadata":8',
    ],
    [
      "capitals",
      '"SESSION_ID":1,"USER_ID":2,"PLATFORM":3,"THREAD_ID":4,"CREATED_AT":5,"LAST_ACTIVITY":6,"PENDING_APPROVAL":7,"METADATA":8',
    ],
    [
      "dashes and spaces",
      '"session-id":1,"user id":2,"platform":3,"thread.id":4,"created at":5,"last-activity":6,"pending approval":7,"metadata ":8',
    ],
  ])("are known in %s", (_name, members) => {
    expect(linesOf(`{${members}}`)).toEqual(["1,2,3,4,5,6,7,8"]);
  });

  test("that are not ours follow in the order in which they appear", () => {
    expect(linesOf(`[{${FOUR},"b":1},{${FOUR},"a":2,"b":3}]`, `${HEADER},b,a`)).toEqual([
      "s,u,p,t,,,,,1,",
      "s,u,p,t,,,,,3,2",
    ]);
  });

  test("that are named like parts of JavaScript's objects are columns", () => {
    expect(linesOf(`{${FOUR},"__proto__":1,"constructor":2}`, `${HEADER},__proto__,constructor`)).toEqual([
      "s,u,p,t,,,,,1,2",
    ]);
  });

  test("have quotes around their names where those need it", () => {
    expect(linesOf(`{${FOUR},"a,\\"b\\"":1}`, `${HEADER},"a,""b"""`)).toEqual(["s,u,p,t,,,,,1"]);
  });

  test("with a second spelling stay columns of their own", () => {
    expect(linesOf(`{${FOUR},"sessionId":"other"}`, `${HEADER},sessionId`)).toEqual(["s,u,p,t,,,,,other"]);
  });

  test("with a second spelling before the usual one stay columns of their own too", () => {
    expect(linesOf(`{"sessionId":"other",${FOUR}}`, `${HEADER},sessionId`)).toEqual(["s,u,p,t,,,,,other"]);
  });

  test("in two spellings that are not the usual one have the value of the first", () => {
    const members = '"SessionId":"s","sessionID":"other","user_id":"u","platform":"p","thread_id":"t"';
    expect(linesOf(`{${members}}`, `${HEADER},sessionID`)).toEqual(["s,u,p,t,,,,,other"]);
  });

  test("that are named twice have the last value, as for JSON.parse", () => {
    expect(linesOf(`{${FOUR},"x":1,"session_id":"later","x":2}`, `${HEADER},x`)).toEqual(["later,u,p,t,,,,,2"]);
  });

  test("whose names are written with escapes have them in UTF-8", () => {
    expect(linesOf(`{${FOUR},"gr\\u00f6\\u00dfe \\u20ac \\ud83d\\ude00":1}`, `${HEADER},größe € 😀`)).toEqual([
      "s,u,p,t,,,,,1",
    ]);
  });
});

describe("names of columns beyond ASCII", () => {
  test("are UTF-8 where they are written so", () => {
    expect(linesOf(`{${FOUR},"größe € 😀":"ö"}`, `${HEADER},größe € 😀`)).toEqual(["s,u,p,t,,,,,ö"]);
  });

  test("are UTF-8 where they are written with escapes too", () => {
    expect(linesOf(`{${FOUR},"ö\\u00f6\\u20ac":1}`, `${HEADER},öö€`)).toEqual(["s,u,p,t,,,,,1"]);
  });

  test("are one name in whatever way they are written", () => {
    expect(linesOf(`{${FOUR},"ö":1}{${FOUR},"\\u00f6":2}`, `${HEADER},ö`)).toEqual(["s,u,p,t,,,,,1", "s,u,p,t,,,,,2"]);
  });

  test("stay as they are where the object is no UTF-8", () => {
    const json = Buffer.from(`{${FOUR},"caf\u00e9 \\u20ac\\ud83d\\ude00":1}`, "latin1");
    const name = "caf\u00e9 \u00e2\u0082\u00ac\u00f0\u009f\u0098\u0080";
    expect(recordsOfJson(json)?.toString("latin1")).toBe(`${HEADER},${name}\r\ns,u,p,t,,,,,1\r\n`);
  });
});

describe("a value", () => {
  const valueOf = (value: string, name = "metadata"): string | undefined => {
    const line = linesOf(`{${FOUR},"${name}":${value}}`).at(0);
    return line?.replace(/^s,u,p,t,+/, "").replace(/,*$/, "");
  };

  test.each([
    ["a number with all its digits", "12345678901234567890.10", "12345678901234567890.10"],
    ["a number in the form in which it is written", "1.50E+003", "1.50E+003"],
    ["a truth", "true", "true"],
    ["nothing", "null", ""],
    ["an empty text", '""', ""],
    ["an array", "[1, 2]", '"[1, 2]"'],
    ["an object as it is written", '{"a" : "\\u00e9"}', '"{""a"" : ""\\u00e9""}"'],
    ["a text with commas", '"a,b"', '"a,b"'],
    ["a text with quotes", '"say \\"a\\""', '"say ""a"""'],
    ["a text that looks like JSON", '"{\\"a\\":\\"\\\\n\\"}"', '"{""a"":""\\n""}"'],
    ["text beyond ASCII", '"größe € 😀"', "größe € 😀"],
    ["text beyond ASCII in escapes", '"gr\\u00f6\\u00dfe \\u20ac \\ud83d\\ude00"', "größe € 😀"],
    ["text beyond ASCII in both forms", '"ö\\u00f6"', "öö"],
    ["an escape that stands for itself", '"a\\/b"', "a/b"],
    ["literals of Python", "None", ""],
    ["single quotes of Python", `'it"s'`, '"it""s"'],
    ["the text null, which is JSON", '"null"', "null"],
  ])("of %s", (_name, json, field) => {
    expect(valueOf(json)).toBe(field);
  });

  test("with a line break stands in quotes", () => {
    expect(csvOf(`{${FOUR},"metadata":"a\\nb"}`)).toBe(`${HEADER}\r\ns,u,p,t,,,,"a\nb"\r\n`);
  });

  test("of the text null is empty in any other column of ours", () => {
    expect(valueOf('"null"', "pending_approval")).toBe("");
    expect(valueOf('"nullable"', "pending_approval")).toBe("nullable");
  });

  test("that is no UTF-8 stays as it is", () => {
    const json = Buffer.from(`{${FOUR},"metadata":"caf\u00e9"}`, "latin1");
    expect(recordsOfJson(json)?.toString("latin1")).toBe(`${HEADER}\r\ns,u,p,t,,,,caf\u00e9\r\n`);
  });
});

describe("a value that is no UTF-8", () => {
  test.each([
    ["beside an escape beyond ASCII", "caf\u00e9 \\u20ac", "caf\u00e9 \u00e2\u0082\u00ac"],
    ["beside an escape of Latin-1", "caf\u00e9 \\u00e9", "caf\u00e9 \u00c3\u00a9"],
    ["beside a pair of surrogates", "caf\u00e9\\uD83D\\uDE00", "caf\u00e9\u00f0\u009f\u0098\u0080"],
    ["beside a backslash and a letter", "caf\u00e9\\\\u20ac\\t", "caf\u00e9\\u20ac\t"],
  ])("stays as it is %s", (_name, value, field) => {
    const json = Buffer.from(`{${FOUR},"metadata":"${value}"}`, "latin1");
    expect(recordsOfJson(json)?.toString("latin1")).toBe(`${HEADER}\r\ns,u,p,t,,,,${field}\r\n`);
  });
});

describe("text between objects", () => {
  test("follows where it stood", () => {
    expect(linesOf(`before{${FOUR}}between{${FOUR}}behind`)).toEqual([
      "before",
      "s,u,p,t,,,,",
      "between",
      "s,u,p,t,,,,",
      "behind",
    ]);
  });

  test("is one line without spaces and punctuation around", () => {
    expect(linesOf(`[{${FOUR}},\r\n  one,\r\n  two  \r\n]`)).toEqual(["s,u,p,t,,,,", "one two"]);
  });

  test("of an object that is cut is kept", () => {
    expect(linesOf(`{"session_id":"x","user_id"\n{${FOUR}}`)).toEqual(['"session_id":"x" "user_id"', "s,u,p,t,,,,"]);
  });

  test("before and within objects that are cut is kept", () => {
    expect(linesOf(`zero{one{two{${FOUR}}`)).toEqual(["zero one two", "s,u,p,t,,,,"]);
  });

  test("of an object that is none of ours is kept", () => {
    expect(linesOf(`{${FOUR}}{"note":"keep me"}`)).toEqual(["s,u,p,t,,,,", '"note":"keep me"']);
  });

  test("of an outer object is kept where a value of it says something", () => {
    expect(linesOf(`{"made":"2024-01-01","sessions":[{${FOUR}}]}`)).toEqual([
      '"made":"2024-01-01" "sessions":',
      "s,u,p,t,,,,",
    ]);
  });

  test("that has a byte order mark not at its start is kept", () => {
    expect(linesOf(`{${FOUR}}x\ufeff`)).toEqual(["s,u,p,t,,,,", "x\ufeff"]);
  });

  test("of eight keys of an outer object is punctuation, of nine it is not", () => {
    const keys = (count: number): string => Array.from({ length: count }, (_, i) => `"k${i}":`).join("");
    expect(linesOf(`${keys(8)}{${FOUR}}`)).toEqual(["s,u,p,t,,,,"]);
    expect(linesOf(`${keys(9)}{${FOUR}}`)).toEqual([keys(9), "s,u,p,t,,,,"]);
  });

  test("of keys that are longer than 256 characters is kept", () => {
    const key = (length: number): string => `"${"k".repeat(length - 3)}":`;
    expect(linesOf(`${key(256)}{${FOUR}}`)).toEqual(["s,u,p,t,,,,"]);
    expect(linesOf(`${key(257)}{${FOUR}}`)).toEqual([key(257), "s,u,p,t,,,,"]);
  });
});
