import { describe, expect, test } from "vitest";
import { jsonCells, withoutEntities, type JsonCell } from "../../src/check/json-cell.js";

/** “ and ” as the bytes of their UTF-8. */
const OPEN = "\u00e2\u0080\u009c";
const CLOSE = "\u00e2\u0080\u009d";

function likeliest(text: string, at = 0): JsonCell | undefined {
  for (const cell of jsonCells(text, at)) return cell;
  return undefined;
}

describe("no cell is", () => {
  test.each([
    ["an empty text", ""],
    ["a text without a brace", "abc"],
    ["a word before the brace", 'x{"a":1}'],
    ["an array", "[1]"],
    ["a brace alone", "{"],
    ["an object that is cut within a value", '"{""a"":""b'],
    ["an object that is cut before its brace", '"{""a"":1"'],
    ["an object without quotes around its names", "{a:1}"],
    ["an object behind four quotes", '""""{""a"":1}'],
    ["an object behind a line break", '\n{"a":1}'],
    ["one in which names and values are escaped in different ways", '"{""""a"""":""b""}"'],
  ])("%s", (_name, text) => {
    expect([...jsonCells(text, 0)]).toEqual([]);
  });

  test("an object that starts before or behind the offset", () => {
    expect([...jsonCells('"{},a{}', 4)]).toEqual([]);
    expect([...jsonCells('{"a":1}', 1)]).toEqual([]);
  });

  test("any text behind the end", () => {
    expect([...jsonCells('{"a":1}', 7)]).toEqual([]);
    expect([...jsonCells('{"a":1}', 99)]).toEqual([]);
  });

  test("an object deeper than a thousand levels", () => {
    const nested = (levels: number): string => `"{""a"":${"[".repeat(levels)}${"]".repeat(levels)}}"`;
    expect(likeliest(nested(999))?.end).toBe(nested(999).length);
    expect([...jsonCells(nested(1001), 0)]).toEqual([]);
  });
});

describe("a cell that stands as RFC 4180 wants it has no code:", () => {
  test.each([
    ["quotes doubled inside of quotes", '"{""a"":1}"', '{"a":1}'],
    ["an empty object", "{}", "{}"],
    ["an empty object in quotes", '"{}"', "{}"],
    ["an empty text inside", '"{""a"":""""}"', '{"a":""}'],
    ["quotes of JSON inside", String.raw`"{""a"":""\""""}"`, String.raw`{"a":"\""}`],
    ["braces and commas in a text", '"{""a"":""},{""}"', '{"a":"},{"}'],
    ["objects and arrays inside", '"{""a"":{""b"":[{},{""c"":1}]}}"', '{"a":{"b":[{},{"c":1}]}}'],
    ["names of JavaScript's objects", '"{""__proto__"":{""constructor"":1}}"', '{"__proto__":{"constructor":1}}'],
    ["a number that is not standard", '"{""a"":NaN}"', '{"a":NaN}'],
  ])("%s", (_name, text, json) => {
    expect(likeliest(text)).toEqual({ end: text.length, json, codes: [] });
    expect(likeliest(`${text},next`)).toEqual({ end: text.length, json, codes: [] });
  });
});

describe("the likeliest reading tells what is wrong with", () => {
  test.each([
    ["an object without quotes around it", '{"a":1}', '{"a":1}', ["unquoted-json"]],
    ["an object without quotes around it, in single quotes", "{'a':1}", '{"a":1}', ["unquoted-json", "json-python"]],
    ["quotes that are not doubled", '"{"a":1}"', '{"a":1}', ["undoubled-quotes"]],
    ["quotes that are doubled and not closed", '"{""a"":1}', '{"a":1}', ["unclosed-quote"]],
    ["quotes that are doubled and not opened", '{""a"":1}"', '{"a":1}', ["stray-quote"]],
    ["quotes that are doubled without quotes around", '{""a"":1}', '{"a":1}', ["unquoted-json"]],
    ["an empty object with a quote before it", '"{}', "{}", ["unclosed-quote"]],
    ["an empty object with a quote behind it", '{}"', "{}", ["stray-quote"]],
    ["an empty object with quotes of two kinds around it", `'{}"`, "{}", ["stray-quote"]],
    ["an empty object in single quotes", "'{}'", "{}", ["stray-quote"]],
    ["an empty object in curly quotes", `${OPEN}{}${CLOSE}`, "{}", ["stray-quote"]],
    ["quotes that are doubled all over", '""{""a"":1}""', '{"a":1}', ["stray-quote"]],
    ["two quotes before and one behind", '""{""a"":1}"', '{"a":1}', ["stray-quote"]],
    ["single quotes around one that is not doubled", `'{"a":"it's"}'`, `{"a":"it's"}`, ["undoubled-quotes"]],
    ["quotes that are tripled around", '"""{""a"":1}"""', '{"a":1}', ["stray-quote"]],
    ["two quotes at the end alone", '"{""a"":1}""', '{"a":1}', ["stray-quote"]],
    ["quotes that are not doubled, with an odd number around", '"{"a":1}""', '{"a":1}', ["undoubled-quotes"]],
    ["quotes doubled here and not there", '"{""a"":"""","b":"c"}"', '{"a":"","b":"c"}', ["undoubled-quotes"]],
    ["quotes behind backslashes", String.raw`"{\"a\":1}"`, '{"a":1}', ["backslash-quotes"]],
    ["quotes behind backslashes without quotes around", String.raw`{\"a\":1}`, '{"a":1}', ["backslash-quotes"]],
    ["backslashes doubled too", String.raw`"{\"a\":\"\\n\\\"\"}"`, String.raw`{"a":"\n\""}`, ["backslash-quotes"]],
    ["backslashes that are not doubled", String.raw`"{\"a\":\"\n\"}"`, String.raw`{"a":"\n"}`, ["backslash-quotes"]],
    ["single quotes around", `'{"a":1}'`, '{"a":1}', ["stray-quote"]],
    ["single quotes around, doubled inside", `'{"a":"it''s"}'`, `{"a":"it's"}`, ["stray-quote"]],
    ["single quotes of Python", `"{'a':1}"`, '{"a":1}', ["json-python"]],
    ["literals of Python", '"{""a"":None}"', '{"a":null}', ["json-python"]],
    ["a comma before the brace", '"{""a"":1,}"', '{"a":1}', ["json-invalid"]],
    ["slips of both kinds", `"{'a':None,}"`, '{"a":null}', ["json-python", "json-invalid"]],
    ["curly quotes around and inside", `${OPEN}{${OPEN}a${CLOSE}:1}${CLOSE}`, '{"a":1}', ["smart-quotes"]],
    ["curly quotes inside", `"{${OPEN}a${CLOSE}:1}"`, '{"a":1}', ["smart-quotes"]],
    ["curly quotes inside, none around", `{${OPEN}a${CLOSE}:1}`, '{"a":1}', ["smart-quotes"]],
    ["curly quotes behind a space", `{ ${OPEN}a${CLOSE}:1}`, '{ "a":1}', ["smart-quotes"]],
    ["curly quotes doubled inside", `${OPEN}{${OPEN}${OPEN}a${CLOSE}${CLOSE}:1}${CLOSE}`, '{"a":1}', ["smart-quotes"]],
    ["low and high quotes", "{\u00e2\u0080\u009ea\u00e2\u0080\u009f:1}", '{"a":1}', ["smart-quotes"]],
    ["curly quotes beside straight ones", `"{"a":${OPEN}b"}"`, '{"a":"b"}', ["smart-quotes"]],
    ["curly quotes around alone", `${OPEN}{"a":1}${CLOSE}`, '{"a":1}', ["undoubled-quotes"]],
    ["HTML's entities", '"{&quot;a&quot;:&quot;&lt;b&gt;&quot;}"', '{"a":"<b>"}', ["undoubled-quotes"]],
    ["entities as numbers", "{&#34;a&#34;:&#34;it&#39;s&#34;}", `{"a":"it's"}`, ["undoubled-quotes"]],
    ["entities in hexadecimal digits", '"{ &#x22;a&#x22;:1}"', '{ "a":1}', ["undoubled-quotes"]],
  ])("%s", (_name, text, json, codes) => {
    expect(likeliest(text)).toEqual({ end: text.length, json, codes });
    expect(likeliest(`${text},next`)).toEqual({ end: text.length, json, codes });
  });

  test("an object of which no comma could be taken for a border is in order without quotes", () => {
    expect(likeliest("{}")?.codes).toEqual([]);
    expect(likeliest('{"a":1}')?.codes).toEqual(["unquoted-json"]);
  });
});

describe("text before the object may be", () => {
  test.each([
    ["spaces and tabs", ' \t"{}"'],
    ["NUL bytes", '\0\0"{}"'],
    ["a no-break space", '\u00c2\u00a0"{}"'],
    ["a space without width", '\u00e2\u0080\u008b"{}"'],
  ])("%s", (_name, text) => {
    expect(likeliest(text)).toEqual({ end: text.length, json: "{}", codes: [] });
  });

  test("none between the quotes and the brace", () => {
    expect(likeliest('" {}"')).toBeUndefined();
  });
});

describe("where a cell ends", () => {
  test("counts from the start of the row", () => {
    expect(likeliest('a,"{""b"":1}",c', 2)).toEqual({ end: 13, json: '{"b":1}', codes: [] });
  });

  test("is told by its braces, not by quotes", () => {
    expect(likeliest('"{"a":"x"}more')).toEqual({ end: 10, json: '{"a":"x"}', codes: ["undoubled-quotes"] });
    expect(likeliest('"{""a"":1}more"')).toEqual({ end: 10, json: '{"a":1}', codes: ["unclosed-quote"] });
  });

  test("lies behind at most three closing quotes", () => {
    expect(likeliest('"{}"""""')?.end).toBe(6);
  });

  test("lies before a quote of another kind that nothing opened", () => {
    expect(likeliest("{}'")).toEqual({ end: 2, json: "{}", codes: ["stray-quote"] });
    expect(likeliest(`{}${CLOSE}`)?.end).toBe(2);
    expect(likeliest('{}"')?.end).toBe(3);
  });

  test("lies behind a quote of another kind where one was opened", () => {
    expect(likeliest("'{}\"")?.end).toBe(4);
    expect(likeliest("\"{}'")?.end).toBe(4);
    expect(likeliest(`${OPEN}{}${CLOSE}`)?.end).toBe(8);
  });

  test.each([
    ["quotes doubled", '"{""a"":""x"",""b"":{""c"":""y""}}"'],
    ["backslashes", String.raw`"{\"a\":\"x\",\"b\":{\"c\":\"y\"}}"`],
    ["curly quotes", '{"a":"x","b":{"c":"y"}}'.replaceAll('"', OPEN)],
    ["entities", '{"a":"x","b":{"c":"y"}}'.replaceAll('"', "&quot;")],
  ])("is found through many escapes: %s", (_name, text) => {
    expect(likeliest(`${text},x`)).toMatchObject({ end: text.length, json: '{"a":"x","b":{"c":"y"}}' });
  });

  test("does not depend on what follows", () => {
    const text = `"{""a"":1}",'{"b":2}',{${OPEN}c${CLOSE}:3},&quot;`;
    expect(likeliest(text)).toEqual({ end: 11, json: '{"a":1}', codes: [] });
  });
});

describe("of several readings", () => {
  test("all are given, the likeliest first", () => {
    expect([...jsonCells('"{""a"":1}"', 0)].map(({ codes }) => codes)).toEqual([[], ["undoubled-quotes"]]);
    expect([...jsonCells('{"a":1}', 0)].map(({ codes }) => codes)).toEqual([
      ["unquoted-json"],
      ["undoubled-quotes"],
      ["smart-quotes"],
    ]);
  });

  test("each has the end and the value that it finds itself", () => {
    const text = String.raw`"{\"a\":\"\\u0041\"}"`;
    expect([...jsonCells(text, 0)]).toEqual([
      { end: text.length, json: String.raw`{"a":"\u0041"}`, codes: ["backslash-quotes"] },
      { end: text.length, json: String.raw`{"a":"\\u0041"}`, codes: ["backslash-quotes"] },
    ]);
  });

  test("curly quotes stay characters of a text where straight quotes do the work", () => {
    const text = `"{""a"":""${OPEN}b${CLOSE}""}"`;
    expect(likeliest(text)).toEqual({ end: text.length, json: `{"a":"${OPEN}b${CLOSE}"}`, codes: [] });
  });

  test("entities stay text where straight quotes do the work", () => {
    const text = '"{""a"":""&quot;""}"';
    expect([...jsonCells(text, 0)].map(({ json }) => json)).toEqual(['{"a":"&quot;"}', '{"a":"&quot;"}']);
  });

  test("single quotes are doubled only where single quotes stand around", () => {
    const text = `"{""a"":""it''s""}"`;
    expect([...jsonCells(text, 0)].map(({ json }) => json)).toEqual([`{"a":"it''s"}`, `{"a":"it''s"}`]);
  });

  test("there is one only where the way of escaping leaves no doubt", () => {
    const single = (text: string): number => [...jsonCells(text, 0)].length;
    expect(single(String.raw`"{\"a\":\"\n\"}"`)).toBe(1);
    expect(single(`{${OPEN}a${CLOSE}:1}`)).toBe(1);
    expect(single('"{&quot;a&quot;:1}"')).toBe(1);
  });

  test("two readings at once do not disturb each other", () => {
    const text = '"{""a"":1}"';
    const [first, second] = [jsonCells(text, 0), jsonCells(text, 0)];
    expect(first.next().value).toEqual(second.next().value);
    expect(first.next().value).toEqual(second.next().value);
  });
});

test("a hundred thousand pairs of quotes are read in one go", () => {
  const text = `"{${Array.from({ length: 50_000 }, (_, i) => `""k${i}"":1`).join(",")}}"`;
  expect(likeliest(text)?.end).toBe(text.length);
});

describe("entities", () => {
  test.each([
    ["&quot;&#34;&#x22;", '"""'],
    ["&#39;&apos;&#x27;", "'''"],
    ["&amp;&lt;&gt;", "&<>"],
  ])("%s", (text, meaning) => {
    expect(withoutEntities(text)).toBe(meaning);
  });

  test.each(["", "a & b", "&", "&;", "&quot", "&QUOT;", "&nbsp;", "&constructor;", "&#35;"])(
    "none is in %j",
    (text) => {
      expect(withoutEntities(text)).toBe(text);
    },
  );

  test("are resolved once only", () => {
    expect(withoutEntities("&amp;quot;&amp;amp;lt;")).toBe("&quot;&amp;lt;");
  });
});
