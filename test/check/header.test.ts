import { describe, expect, test } from "vitest";
import { DELIMITERS, readHeader } from "../../src/check/header.js";

const NAMES = [
  "session_id",
  "user_id",
  "platform",
  "thread_id",
  "created_at",
  "last_activity",
  "pending_approval",
  "metadata",
];
const HEADER = NAMES.join(",");
const ID = "01234567-89ab-cdef-0123-456789abcdef";

/** The usual header with some names replaced. */
function renamed(names: Readonly<Record<string, string>>, delimiter = ","): string {
  return NAMES.map((name) => names[name] ?? name).join(delimiter);
}

describe("no header is", () => {
  test.each([
    ["an empty line", ""],
    ["a line of spaces", "   "],
    ["a delimiter alone", ","],
    ["delimiters alone", ",,,,,,,"],
    ["a quote alone", '"'],
    ["one of our names", "session_id"],
    ["three of our names", "session_id,user_id,platform"],
    ["three of our names among others", "session_id,user_id,platform,a,b,c,d,e,f"],
    ["one of our names four times", "session_id,session_id,session_id,session_id"],
    ["names that are not ours", "date,amount,currency,account,kind,text,sum,total"],
    ["names of JavaScript's objects", "__proto__,constructor,toString,valueOf,hasOwnProperty,a,b,c"],
    ["a record", `${ID},u,telegram,t,2024-01-01T00:00:00,2024-01-01T00:00:00,,{}`],
    ["our names with a number of three digits", renamed({ metadata: "metadata123" }, ";")],
    ["our names with a brace before them", `{${HEADER}`],
    ["our names with a brace behind them", renamed({ metadata: "metadata}" }, ";")],
    ["our names divided by spaces", NAMES.join(" ")],
    ["our names divided by colons", NAMES.join(":")],
  ])("%s", (_name, line) => {
    expect(readHeader(line)).toBeUndefined();
  });

  test("a line of more than 4096 characters that is not as it should be", () => {
    const long = (length: number): string => `${HEADER};`.replaceAll(",", ";").padEnd(length, "a");
    expect(readHeader(long(4096))?.delimiter).toBe(";");
    expect(readHeader(long(4097))).toBeUndefined();
  });

  test.each([
    ["an id", ID],
    ["an id in text", `a ${ID.toUpperCase()}`],
    ["a time", "2024-01-01T10:"],
    ["a time with a space", "at 2024-01-01 10:00"],
    ["an object", "{}"],
    ["the start of an object", '"{""a"":"'],
  ])("a whole header that is joined to a record with %s", (_name, value) => {
    expect(readHeader(`${HEADER},${value}`)).toBeUndefined();
    expect(readHeader(`${value},${HEADER}`)).toBeUndefined();
  });
});

describe("a header as it should be", () => {
  test("has no code", () => {
    expect(readHeader(HEADER)).toEqual({ delimiter: ",", names: NAMES, missing: [], codes: [] });
  });

  test("may have its names in another order", () => {
    const names = [...NAMES].reverse();
    expect(readHeader(names.join(","))).toEqual({ delimiter: ",", names, missing: [], codes: [] });
  });

  test("may have quotes around names", () => {
    expect(readHeader(NAMES.map((name) => `"${name}"`).join(","))).toEqual({
      delimiter: ",",
      names: NAMES,
      missing: [],
      codes: [],
    });
  });

  test("may name other columns, as they stand", () => {
    const names = ["locale 1234", ...NAMES, " note ", "", 'a,"b"'];
    expect(readHeader(`locale 1234,${HEADER}, note ,,"a,""b"""`)).toEqual({
      delimiter: ",",
      names,
      missing: [],
      codes: [],
    });
  });

  test("may name columns that only look a little like values", () => {
    for (const name of ["2024-01-01", "10:00", "{a", "a}", "01234567-89ab"]) {
      expect(readHeader(`${HEADER},${name}`)?.codes).toEqual([]);
    }
  });

  test("may be long", () => {
    const others = Array.from({ length: 2000 }, (_, i) => `column${i}`);
    expect(readHeader([...NAMES, ...others].join(","))?.names).toEqual([...NAMES, ...others]);
  });

  test("starts where a long line starts", () => {
    const others = Array.from({ length: 2000 }, (_, i) => `column${i}`);
    expect(readHeader([...others, ...NAMES].join(","))).toBeUndefined();
  });
});

describe("a delimiter is", () => {
  test("one of four", () => {
    expect(DELIMITERS).toEqual([",", ";", "\t", "|"]);
  });

  test.each([";", "\t", "|"])("%j", (delimiter) => {
    expect(readHeader(NAMES.join(delimiter))).toEqual({ delimiter, names: NAMES, missing: [], codes: ["delimiter"] });
  });

  test.each([
    ["bars before and behind", `|${NAMES.join("|")}|`],
    ["bars and spaces", ` | ${NAMES.join(" | ")} | `],
  ])("a bar, with %s", (_name, line) => {
    const reading = readHeader(line);
    expect([reading?.delimiter, reading?.names, reading?.missing]).toEqual(["|", NAMES, []]);
  });

  test("a bar, with bars around fewer names than there are columns", () => {
    expect(readHeader(`|${NAMES.slice(0, 4).join("|")}|`)?.names).toEqual(NAMES.slice(0, 4));
  });

  test("not a bar at the end of a line with another one", () => {
    expect(readHeader(`${renamed({}, ";")};note|`)?.names).toEqual([...NAMES, "note|"]);
    expect(readHeader(`|note;${renamed({}, ";")}`)?.names).toEqual(["|note", ...NAMES]);
  });

  test("the one that finds most of our names", () => {
    expect(
      readHeader("session_id,user_id,platform,thread_id;created_at;last_activity;pending_approval;metadata;userid"),
    ).toMatchObject({
      delimiter: ";",
    });
    expect(
      readHeader("session_id;user_id;platform;thread_id,created_at,last_activity,pending_approval,metadata"),
    ).toMatchObject({
      delimiter: ",",
    });
  });

  test("a comma rather than another one where both find as many", () => {
    expect(readHeader("session_id,user_id,platform,thread_id;x,user_id;platform;created_at;metadata")?.delimiter).toBe(
      ",",
    );
  });
});

describe("quotes and NUL bytes", () => {
  test("around the whole line are left out", () => {
    expect(readHeader(`"${HEADER}"`)).toEqual({ delimiter: ",", names: NAMES, missing: [], codes: [] });
    expect(readHeader(` "${HEADER}",;, `)).toEqual({ delimiter: ",", names: NAMES, missing: [], codes: [] });
    expect(readHeader(`"${NAMES.join(";")}"`)).toMatchObject({ delimiter: ";", names: NAMES });
  });

  test("around names are left out", () => {
    expect(readHeader(NAMES.map((name) => `"${name}"`).join(";"))).toEqual({
      delimiter: ";",
      names: NAMES,
      missing: [],
      codes: ["delimiter"],
    });
  });

  test("around a part of the line are not around the whole", () => {
    const four = NAMES.slice(0, 4).join(",");
    expect(readHeader(`x;"${four}"`)).toMatchObject({
      names: NAMES.slice(0, 4),
      codes: ["header-name", "missing-column"],
    });
    expect(readHeader(`"${four}"x,created_at`)?.names).toEqual(NAMES.slice(0, 5));
  });

  test("around a part of another name stay", () => {
    const others = ['my "note"', '"note" my', 'x"y"'];
    expect(readHeader(`${renamed({}, ";")};${others.join(";")}; "z" `)?.names).toEqual([...NAMES, ...others, "z"]);
  });

  test("inside of other names that are quoted are single ones", () => {
    expect(readHeader(`${renamed({}, ";")};"a ""b"""`)?.names.at(-1)).toBe('a "b"');
  });

  test("with spaces around are left out, and the name is another one", () => {
    expect(readHeader(renamed({ user_id: ' "user_id" ' }))).toMatchObject({ names: NAMES, codes: ["header-name"] });
  });

  test("of NUL are no part of a name", () => {
    expect(readHeader(`\0\0${HEADER}`)).toEqual({ delimiter: ",", names: NAMES, missing: [], codes: [] });
    expect(readHeader(renamed({ platform: "plat\0form" }))?.names).toEqual(NAMES);
  });
});

describe("a name is known", () => {
  test.each([
    ["in capitals", "user_id", "USER_ID"],
    ["in camel case", "thread_id", "threadId"],
    ["with a space", "created_at", "Created At"],
    ["with a dash", "last_activity", "last-activity"],
    ["without anything", "pending_approval", "pendingapproval"],
    ["with spaces around", "metadata", " metadata "],
    ["behind a byte order mark", "session_id", "\u00ef\u00bb\u00bfsession_id"],
    ["as sid", "session_id", "sid"],
    ["as session", "session_id", "Session"],
    ["as user", "user_id", "user"],
    ["as uid", "user_id", "uid"],
    ["as thread", "thread_id", "thread"],
    ["as created", "created_at", "created"],
    ["as created on", "created_at", "created_on"],
    ["as last active", "last_activity", "last_active"],
    ["as last activity at", "last_activity", "lastActivityAt"],
    ["as last seen", "last_activity", "last seen"],
    ["as updated at", "last_activity", "updated_at"],
    ["as pending", "pending_approval", "pending"],
    ["as approval", "pending_approval", "approval"],
    ["as meta", "metadata", "meta"],
    ["with another letter", "user_id", "user_jd"],
    ["with a letter too many", "platform", "plattform"],
    ["with two letters that differ", "session_id", "sesion_idd"],
    ["with two letters that differ, in a name of eight", "metadata", "meradate"],
  ])("%s", (_name, name, spelling) => {
    // Two names are missing where this one is not known, and in another order no place tells what they are.
    const others = NAMES.filter((other) => other !== name && other !== "user_id" && other !== "platform");
    const line = [...others.reverse(), spelling].join(",");
    const missing = ["user_id", "platform"].filter((other) => other !== name);
    expect(readHeader(line)).toEqual({
      delimiter: ",",
      names: [...others, name],
      missing,
      codes: ["header-name", "missing-column"],
    });
  });

  test.each([
    ["with three letters that differ", "sesson_jx"],
    ["with two letters that differ, in a name of six", "usar_idx"],
    ["with a letter that differs, of fewer than six", "usrid"],
    ["as the start of another one", "last"],
    ["as a part of another one", "activity"],
  ])("no more %s", (_name, spelling) => {
    const line = `${spelling},metadata,pending_approval,last_activity,created_at`;
    expect(readHeader(line)?.names[0]).toBe(spelling);
  });

  test("once: another time it stays as it stands", () => {
    expect(readHeader(`${renamed({}, ";")}; UserId `)).toEqual({
      delimiter: ";",
      names: [...NAMES, "UserId"],
      missing: [],
      codes: ["delimiter"],
    });
  });
});

describe("an unknown name", () => {
  test("stays as it stands without the spaces around it", () => {
    expect(readHeader(`${NAMES.slice(1).join(";")}; a b ;c`)).toEqual({
      delimiter: ";",
      names: [...NAMES.slice(1), "a b", "c"],
      missing: ["session_id"],
      codes: ["delimiter", "missing-column"],
    });
  });

  test("is the one column that is missing, wherever it stands", () => {
    expect(
      readHeader("metadata,whatever,user_id,platform,thread_id,created_at,last_activity,pending_approval"),
    ).toEqual({
      delimiter: ",",
      names: [
        "metadata",
        "session_id",
        "user_id",
        "platform",
        "thread_id",
        "created_at",
        "last_activity",
        "pending_approval",
      ],
      missing: [],
      codes: ["header-name"],
    });
  });

  test("is the column whose usual place it has", () => {
    expect(readHeader(renamed({ session_id: "a", thread_id: "b", last_activity: "c", metadata: "d" }))).toEqual({
      delimiter: ",",
      names: NAMES,
      missing: [],
      codes: ["header-name"],
    });
  });

  test("is nobody's where two are missing and others have changed places", () => {
    expect(readHeader("a,b,thread_id,platform,created_at,last_activity,pending_approval,metadata")).toEqual({
      delimiter: ",",
      names: ["a", "b", "thread_id", "platform", "created_at", "last_activity", "pending_approval", "metadata"],
      missing: ["session_id", "user_id"],
      codes: ["missing-column"],
    });
  });

  test("is nobody's where there are more names or fewer", () => {
    expect(readHeader(`${renamed({ user_id: "a" })},b`)?.missing).toEqual(["user_id"]);
    expect(readHeader(NAMES.slice(0, 6).concat("a").join(","))?.missing).toEqual(["pending_approval", "metadata"]);
  });

  test("in more than four places makes no header", () => {
    expect(
      readHeader(renamed({ session_id: "a", user_id: "b", thread_id: "c", last_activity: "d", metadata: "e" })),
    ).toBeUndefined();
  });

  test("behind the last comma may stand in the next line", () => {
    expect(readHeader(`${NAMES.slice(0, 7).join(",")},`)).toEqual({
      delimiter: ",",
      names: [...NAMES.slice(0, 7), ""],
      missing: ["metadata"],
      codes: ["missing-column"],
    });
  });

  test("that is empty is the column that is missing, where a name follows", () => {
    expect(readHeader(renamed({ platform: "" }))).toMatchObject({ names: NAMES, codes: ["header-name"] });
  });
});

describe("delimiters at the end", () => {
  test("name no column, unless they are commas", () => {
    expect(readHeader(`${NAMES.join(";")};;;`)).toMatchObject({ names: NAMES, missing: [] });
    expect(readHeader(`${NAMES.join(";")};;a`)?.names).toEqual([...NAMES, "", "a"]);
    expect(readHeader(`${renamed({ user_id: "userId" })},,`)?.names).toEqual([...NAMES, "", ""]);
  });

  test("stay where fewer names stand before them", () => {
    expect(readHeader(`${NAMES.slice(0, 6).join(";")};;;;`)?.names).toEqual([...NAMES.slice(0, 6), "", ""]);
  });
});

test("columns that are missing are told in their usual order", () => {
  expect(readHeader("metadata,platform,last_activity,pending_approval")).toEqual({
    delimiter: ",",
    names: ["metadata", "platform", "last_activity", "pending_approval"],
    missing: ["session_id", "user_id", "thread_id", "created_at"],
    codes: ["missing-column"],
  });
});

test("a hostile line takes no time", () => {
  for (const line of [" ".repeat(4096), "|".repeat(4096), '"'.repeat(4096), "a,".repeat(2048), " |".repeat(2048)]) {
    expect(readHeader(line)).toBeUndefined();
  }
});
