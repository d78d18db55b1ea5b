import { describe, expect, test } from "vitest";
import { findPrefix, findSuffix } from "../../src/check/line-edges.js";

const HEADER = "session_id,user_id,platform,thread_id,created_at,last_activity,pending_approval,metadata";
const IDS = ["01234567-89ab-cdef-0123-456789abcdef", "fedcba98-7654-3210-fedc-ba9876543210"];
const RECORDS = IDS.map((id) => `${id},u,telegram,t,2024-01-01T00:00:00,2024-01-01T00:00:00,,{}`);
const LINES = [HEADER, ...RECORDS];
const MANY = Array.from({ length: 9 }, () => `> ${RECORDS[0] ?? ""}`);

/** The lines, each behind the prefix that the function gives for its number. */
function behind(prefix: (index: number) => string, lines: readonly string[] = LINES): string[] {
  return lines.map((line, index) => `${prefix(index)}${line}`);
}

/** What a prefix takes away of each line. */
function taken(texts: readonly string[]): (string | undefined)[] | undefined {
  const prefix = findPrefix(texts);
  return prefix && texts.map((text) => prefix.exec(text)?.[0]);
}

/** What a suffix takes away of each line. */
function takenBehind(texts: readonly string[], isBoxed = false): (string | undefined)[] | undefined {
  const suffix = findSuffix(texts, isBoxed);
  return suffix && texts.map((text) => suffix.exec(text)?.[0]);
}

describe("no prefix is in", () => {
  test.each([
    ["no lines", []],
    ["an empty line", [""]],
    ["lines of other text", ["> a", "> b", "> c"]],
    ["a header alone", [HEADER]],
    ["a header alone with a prefix", [`> ${HEADER}`]],
    ["lines without one", LINES],
    ["records without one", RECORDS],
    ["records of which only one line has one", [`> ${RECORDS[0] ?? ""}`]],
    ["records of which another column stands before the id", behind(() => "u,", RECORDS)],
    ["records before which a semicolon stands", behind(() => ";", RECORDS)],
    ["records in quotes", behind(() => '"', RECORDS)],
    ["records in braces", behind(() => "{", RECORDS)],
    ["records behind braces", behind(() => "}", RECORDS)],
    ["a header without one before records that have one", [HEADER, ...MANY]],
    ["a header behind a quote before records that have one", [`"x" ${HEADER}`, ...MANY]],
    [
      "records of which the first has another one",
      [`#${RECORDS[0] ?? ""}`, ...MANY.map((line) => line.replace(" ", ""))],
    ],
    ["records whose ids start with a word, behind no header", behind(() => "chat-", RECORDS)],
    ["records whose ids start with words, behind no header", behind((index) => `bot${index}_`, RECORDS)],
    ["records behind numbers that do not count up", behind((index) => `${[1, 3, 2][index] ?? 0},`)],
    ["records behind numbers, and a header behind a name", behind((index) => (index === 0 ? "rank," : `${index},`))],
    ["records behind numbers, and a header that lacks a name", behind((n) => `${n},`, [HEADER.slice(11), ...RECORDS])],
    ["a header alone behind a number", [`1,${HEADER}`]],
  ])("%s", (_name, texts) => {
    expect(findPrefix(texts)).toBeUndefined();
  });

  test("lines where it is longer than 120 characters", () => {
    expect(taken(behind(() => "x".repeat(120)))).toEqual(Array(3).fill("x".repeat(120)));
    expect(findPrefix(behind(() => "x".repeat(121)))).toBeUndefined();
    expect(findPrefix(behind(() => "x".repeat(121), RECORDS))).toBeUndefined();
  });
});

describe("a prefix is found:", () => {
  test.each([
    ["numbers of cat -n", (index: number) => `     ${index + 9}\t`],
    ["numbers that lose a digit", (index: number) => `${10 - index}:`],
    ["a word that ends like a hash", () => "xabcdefabc "],
    ["numbers of grep -n", (index: number) => `${index + 9}:`],
    ["numbers of grep -n around what was looked for", (index: number) => `${index}${index === 1 ? ":" : "-"}`],
    ["the name of a file", () => "sessions.csv:"],
    ["the name of a file and numbers", (index: number) => `data/sessions (1).csv:${index + 9}:`],
    ["the name of a container", () => "bot-1  | "],
    ["marks of mail", () => "> "],
    ["marks of lists", () => "* "],
    ["characters that mean something in patterns", () => "^$.*+?()[]|/\\"],
    ["hashes", (index: number) => ["00ff00a ", "1234567 ", "abcdef01234 "][index] ?? ""],
    ["spaces of different width", (index: number) => ` ${" ".repeat(index)}# ${" ".repeat(index)}`],
    ["bars", () => "| "],
    [
      "names and times of git blame",
      (index: number) => `${["^00ff00a (Ana", "1234567 (Bo B.", "^abcdef0 (Ana"][index] ?? ""} 2)  `,
    ],
  ])("%s", (_name, prefix) => {
    expect(taken(behind(prefix))).toEqual(LINES.map((_line, index) => prefix(index)));
    expect(taken(behind(prefix, RECORDS))).toEqual(RECORDS.map((_line, index) => prefix(index)));
  });

  test.each([
    ["numbers of nl -s,", (index: number) => `     ${index + 9},`],
    ["numbers of awk", (index: number) => `${index + 9},`],
    ["numbers and bars", (index: number) => `${index + 1}|`],
    ["numbers of records", (index: number) => (index === 0 ? "," : `${index - 1},`)],
  ])("a column of %s", (_name, prefix) => {
    const lines = LINES.map((line) => (prefix(1).endsWith("|") ? line.replaceAll(",", "|") : line));
    expect(taken(behind(prefix, lines))).toEqual(LINES.map((_line, index) => prefix(index)));
  });

  test("from the header's name, however it is spelled", () => {
    for (const name of ["SESSION_ID", "session id", "Session-Id", "sessionid", "'session_id", '"session_id"']) {
      expect(taken([`> ${HEADER.replace("session_id", name)}`, ...behind(() => "> ", RECORDS)])).toEqual(
        Array(3).fill("> "),
      );
    }
  });

  test("from the header, not from the records", () => {
    expect(taken([`> ${HEADER}`, `> ${RECORDS[0] ?? ""}`, `> > ${RECORDS[1] ?? ""}`])).toEqual(Array(3).fill("> "));
  });

  test("from the first record whose prefix is one, where there is no header", () => {
    expect(taken([`"u",${RECORDS[0] ?? ""}`, `> ${RECORDS[0] ?? ""}`, `> ${RECORDS[1] ?? ""}`, ">   x"])).toEqual([
      undefined,
      "> ",
      "> ",
      ">   ",
    ]);
  });

  test("only at the start of a line", () => {
    expect(findPrefix([`a:${HEADER}`, `ba:${RECORDS[0] ?? ""}`, `ba:${RECORDS[1] ?? ""}`])).toBeUndefined();
  });

  test("only where numbers, hashes and other text are of the same kind", () => {
    const first = `a:1:${HEADER}`;
    expect(findPrefix([first, ...behind(() => "b:1:", RECORDS)])).toBeUndefined();
    expect(findPrefix([first, ...behind(() => "a:x:", RECORDS)])).toBeUndefined();
    expect(findPrefix([`abcdef7:${HEADER}`, ...behind(() => "123456:", RECORDS)])).toBeUndefined();
    expect(findPrefix([`1 ${HEADER}`, ...behind(() => "1", RECORDS)])).toBeUndefined();
  });

  test("where seven of ten lines have it", () => {
    const lines = (count: number): string[] => [
      ...behind(() => "> ", [HEADER, ...Array<string>(count - 1).fill(RECORDS[0] ?? "")]),
      ...Array<string>(10 - count).fill("text"),
    ];
    expect(findPrefix(lines(7))).toBeDefined();
    expect(findPrefix(lines(6))).toBeUndefined();
  });

  test("where two lines have it and there are no more", () => {
    expect(findPrefix(behind(() => "> ", RECORDS))).toBeDefined();
    expect(findPrefix(behind(() => "> ", RECORDS.slice(1)))).toBeUndefined();
  });

  test("of which characters of patterns are meant as they are", () => {
    expect(findPrefix(behind((index) => (index === 0 ? "a.c:" : "abc:")))).toBeUndefined();
  });
});

describe("no suffix is in", () => {
  test.each([
    ["no lines", []],
    ["lines without one", LINES],
    ["records without a header", RECORDS.map((line) => `${line}$`)],
    ["a header alone", [`${HEADER}$`]],
    ["records behind a header without one", [HEADER, ...RECORDS.map((line) => `${line}$`)]],
    ["a header before records without one", [`${HEADER}$`, ...RECORDS]],
    ["lines that end with a comma", LINES.map((line) => `${line},`)],
    ["lines that end with another character", LINES.map((line) => `${line}#`)],
    ["lines within which a dollar stands", LINES.map((line) => `${line}$,`)],
    ["lines within which a mark of cat -A stands", LINES.map((line) => `${line}^M$,`)],
    ["lines within which a bar stands", LINES.map((line) => `${line}|,`)],
    ["lines within which a backslash stands", LINES.map((line) => `${line}\\,`)],
    ["lines within which a semicolon stands", LINES.map((line) => `${line};,`)],
  ])("%s", (_name, texts) => {
    expect(findSuffix(texts, false)).toBeUndefined();
    expect(findSuffix(texts, true)).toBeUndefined();
  });
});

describe("a suffix is found:", () => {
  test.each([
    ["marks of cat -E", "$"],
    ["marks of cat -A for both characters of a break", "^M$"],
    ["marks of cat -v", "^M"],
    ["a backslash", "\\"],
    ["a semicolon", ";"],
    ["several semicolons", ";;;"],
  ])("%s", (_name, suffix) => {
    expect(takenBehind(LINES.map((line) => `${line}${suffix}`))).toEqual(Array(3).fill(suffix));
    expect(
      takenBehind(
        LINES.map((line) => `${line}${suffix}`),
        true,
      ),
    ).toEqual(Array(3).fill(suffix));
  });

  test.each(["|", "|  ", "|\t"])("the bar %j of a table, where one stands before the records", (suffix) => {
    const texts = LINES.map((line) => `${line}${suffix}`);
    expect(takenBehind(texts, true)).toEqual(Array(3).fill(suffix));
    expect(findSuffix(texts, false)).toBeUndefined();
  });

  test("but no semicolons where those are the delimiter", () => {
    const texts = LINES.map((line) => `${line.replaceAll(",", ";")};`);
    expect(findSuffix(texts, false)).toBeUndefined();
    expect(takenBehind(texts.map((text) => `${text}$`))).toEqual(Array(3).fill("$"));
  });

  test("semicolons of different number", () => {
    expect(takenBehind(LINES.map((line, index) => `${line}${";".repeat(index + 1)}`))).toEqual([";", ";;", ";;;"]);
  });

  test("where seven of ten lines have it", () => {
    const lines = (count: number): string[] => [
      `${HEADER}$`,
      ...Array<string>(count - 1).fill(`${RECORDS[0] ?? ""}$`),
      ...Array<string>(10 - count).fill("text"),
    ];
    expect(findSuffix(lines(7), false)).toBeDefined();
    expect(findSuffix(lines(6), false)).toBeUndefined();
  });

  test("where the header and one more line have it", () => {
    expect(findSuffix([`${HEADER}$`, "text$"], false)).toBeDefined();
  });

  test("where the header is not the first line", () => {
    expect(takenBehind(["text$", `${HEADER}$`])).toEqual(["$", "$"]);
  });
});

test("hostile lines take no time", () => {
  const lines = [";", "|", " ", "0", "a:", "\\"].map((text) => text.repeat(100_000));
  for (const line of lines) {
    const texts = [HEADER, line, `${line}x`, `${line}${RECORDS[0] ?? ""}`];
    expect(findPrefix(texts)).toBeUndefined();
    expect(findSuffix(texts, true)).toBeUndefined();
  }
});
