import { describe, expect, test } from "vitest";
import { scannerOf } from "../csv/scanning.js";
import { inspect, inspectBatch, RECORD, UUID } from "./inspecting.js";

/** What is suspicious about RECORD with some of its values changed; they are written as they are given. */
function suspicionsWith(changed: Readonly<Record<number, string>>, lineBreak = "\r\n"): readonly string[] {
  const record = RECORD.map((value, place) => changed[place] ?? value).join(",");
  // The neighbours show whether something is seen across the borders of a record.
  const { suspicions } = inspect(`${RECORD.join(",")}\n${record}${lineBreak}${RECORD.join(",")}\n`);
  expect([suspicions[0], suspicions[2]]).toEqual([[], []]);
  return suspicions[1] ?? [];
}

test("a record in order is not suspicious", () => {
  expect(suspicionsWith({})).toEqual([]);
  expect(suspicionsWith({ 7: '"{""a b"": ""\tc\r\n\r\n é 😀 \u0080\u009f""}"' }, "\n")).toEqual([]);
});

describe("padding is", () => {
  test.each([0, 1, 2, 3, 4, 5, 6, 7])("a space or tab at either end of the value at place %d", (place) => {
    for (const padding of [" ", "\t"]) {
      expect(suspicionsWith({ [place]: `${padding}x` })).toEqual(["padding"]);
      expect(suspicionsWith({ [place]: `x${padding}` })).toEqual(["padding"]);
      expect(suspicionsWith({ [place]: `"${padding}x"` })).toEqual(["padding"]);
      expect(suspicionsWith({ [place]: `"x${padding}"` })).toEqual(["padding"]);
    }
  });

  test("a value of nothing else", () => {
    expect(suspicionsWith({ 6: " " })).toEqual(["padding"]);
  });

  test("a space before a quote", () => {
    expect(suspicionsWith({ 7: ' "{}"' })).toEqual(["padding", "foreign quote"]);
  });

  test("none of inner spaces", () => {
    expect(suspicionsWith({ 1: "x y", 7: '"x\ty"' })).toEqual([]);
  });

  test("perhaps of what is not ASCII, which a closer look has to tell", () => {
    expect(suspicionsWith({ 1: "\u00a0x" })).toEqual(["padding"]);
    expect(suspicionsWith({ 1: "x\ufeff" })).toEqual(["padding"]);
    expect(suspicionsWith({ 1: "x\u00e9x" })).toEqual([]);
  });

  test("not seen before the first byte of the text", () => {
    const windowBytes = RECORD.join(",").length + 2;
    const scanner = scannerOf(Buffer.from(`${RECORD.join(",")} \n,b\n`), { windowBytes });
    scanner.nextBatch();
    expect(inspectBatch(scanner).suspicions).toEqual([["padding"]]);
    scanner.nextBatch();
    expect(inspectBatch(scanner).suspicions).toEqual([[]]);
  });
});

describe("empty is", () => {
  test.each([2, 3])("a record without the value at place %d", (place) => {
    expect(suspicionsWith({ [place]: "" })).toEqual(["empty"]);
    expect(suspicionsWith({ [place]: '""' })).toEqual(["empty"]);
  });

  test.each([0, 1, 4, 5, 6, 7])("no record without the value at place %d", (place) => {
    expect(suspicionsWith({ [place]: "" })).toEqual([]);
  });
});

describe("user id and platform are swapped where", () => {
  test("the platform begins with the user id and an underscore", () => {
    expect(suspicionsWith({ 1: "telegram", 2: "telegram_1" })).toEqual(["swapped"]);
    expect(suspicionsWith({ 1: '"a,b"', 2: '"a,b_"' })).toEqual(["swapped"]);
    expect(suspicionsWith({ 1: '"a""b"', 2: '"a""b_1"' })).toEqual(["swapped"]);
  });

  test.each([
    ["", "_1"],
    ["telegram", "telegram"],
    ["telegram", "telegram-1"],
    ["telegram", "telegrax_1"],
    ["telegram_", "telegram_1"],
    ["xtelegram", "telegram_1"],
    ["telegram_1", "telegram"],
  ])("but not with %j and %j", (userId, platform) => {
    expect(suspicionsWith({ 1: userId, 2: platform })).toEqual([]);
  });

  test("the underscore is not that of the next value", () => {
    expect(suspicionsWith({ 1: "telegram", 2: "telegram", 3: "_" })).toEqual([]);
  });
});

describe("a UUID", () => {
  const printable = Array.from({ length: 0x5e }, (_, index) => String.fromCharCode(0x21 + index));
  const unquoted = printable.filter((character) => character !== '"' && character !== ",");

  test.each(Array.from({ length: 36 }, (_, place) => place))("is damaged at place %d by what is no digit", (place) => {
    const isDash = [8, 13, 18, 23].includes(place);
    for (const character of unquoted) {
      const value = UUID.slice(0, place) + character + UUID.slice(place + 1);
      const isRight = isDash ? character === "-" : /[0-9a-fA-F]/.test(character);
      const expected = isRight || isDash ? [] : ["uuid"];
      const { suspicions, uuidCount } = inspect(`${value},b,c,${value}\na,b,c,${value}\n`);
      expect([value, suspicions, uuidCount]).toEqual([value, [expected, expected], isRight ? 1 : 0]);
    }
  });

  test("is damaged by bytes above 0x7f, and by a doubled quote", () => {
    expect(suspicionsWith({ 0: `a\u00e9${UUID.slice(3)}` })).toEqual(["uuid"]);
    expect(suspicionsWith({ 3: `"${UUID.slice(0, -2)}"""` })).toEqual(["uuid"]);
  });

  test.each([UUID.slice(1), `${UUID}0`, "", UUID.replaceAll("-", ""), `${UUID.slice(0, -4)}0000-`])(
    "is not %j",
    (value) => {
      expect(suspicionsWith({ 0: value })).toEqual([]);
      expect(inspect(`${value},b\n`).uuidCount).toBe(0);
    },
  );

  test("of the user id or the platform is none of ours", () => {
    expect(suspicionsWith({ 1: `x${UUID.slice(1)}`, 2: `x${UUID.slice(1)}` })).toEqual([]);
  });

  test("is counted where both ids are one, quoted or not", () => {
    const both = `${UUID},a,b,${UUID}\n"${UUID}",a,b,"${UUID}"\n`;
    expect(inspect(`${both}x,${UUID},${UUID},${UUID}\n\n${UUID},\n${UUID},a,b,x\n`).uuidCount).toBe(2);
  });

  test("is no number in scientific notation", () => {
    for (const value of ["1.23457E+15", "4e+09", "1,5E+8", "9E+1"]) {
      const expected = value.length < 5 ? [] : ["uuid"];
      for (const place of [0, 1, 3]) {
        expect([value, suspicionsWith({ [place]: `"${value}"` })]).toEqual([value, expected]);
      }
    }
    for (const value of ["a.23457E+15", "123456E15", "E+15", "1E+1234"])
      expect(suspicionsWith({ 1: value })).toEqual([]);
  });
});

describe("a control character", () => {
  test("is each byte below 0x20 but tab, LF and CR, and 0x7f", () => {
    for (let byte = 0; byte <= 0xff; byte += 1) {
      const isControl = (byte < 0x20 && ![0x09, 0x0a, 0x0d].includes(byte)) || byte === 0x7f;
      const line = Buffer.from('a,b,c,d,"y-z"\n');
      line[10] = byte;
      if (byte === 0x22) continue;
      expect([byte, inspect(line).suspicions]).toEqual([byte, [isControl ? ["control"] : []]]);
    }
  });

  test("is seen at each place of a record, and belongs to this record alone", () => {
    const lines = ["a".repeat(70), "b".repeat(140), "c".repeat(3), "d".repeat(65), "e".repeat(1)];
    lines.forEach((line, record) => {
      for (let at = 0; at < line.length; at += 1) {
        const changed = lines.with(record, `${line.slice(0, at)}\u0007${line.slice(at + 1)}`);
        const expected = lines.map((_, index) => (index === record ? ["control"] : []));
        expect(inspect(`${changed.join("\n")}\n`).suspicions).toEqual(expected);
      }
    });
  });

  test("is seen in each of several records, twice in one or not", () => {
    const { suspicions } = inspect("\u0000\na\n\u001b\u001b\n\u007fb\u007f\nc\n\u001fd");
    expect(suspicions.map(({ length }) => length)).toEqual([1, 0, 1, 1, 0, 1]);
  });

  test("is not seen behind the last record of the batch", () => {
    const scanner = scannerOf(Buffer.from("a\nb\u0000\n"), { windowBytes: 4 });
    scanner.nextBatch();
    expect(inspectBatch(scanner).suspicions).toEqual([[]]);
  });
});

describe("a line break", () => {
  test.each([0, 1, 2, 3])("is suspicious in the value at place %d", (place) => {
    for (const lineBreak of ["\n", "\r", "\r\n"]) {
      for (const before of ["", "x".repeat(15), "x".repeat(40)]) {
        expect(suspicionsWith({ [place]: `"${before}${lineBreak}y"` })).toEqual(["line break"]);
      }
    }
  });

  test.each([0, 1, 2, 3])("that is a bare CR outside quotes is one in the value at place %d", (place) => {
    expect(suspicionsWith({ [place]: "x\ry" })).toEqual(["line break", "foreign quote"]);
  });

  test.each([4, 5, 6, 7])("is none at place %d", (place) => {
    expect(suspicionsWith({ [place]: '"\n"' })).toEqual([]);
  });

  test("is not that behind a value", () => {
    expect(inspect('"a","b","c","d"\r\n"a","b","c","d"\n').suspicions).toEqual([[], []]);
  });
});

describe("the order of time is suspicious where", () => {
  test("the session was created after its last activity", () => {
    expect(suspicionsWith({ 4: "2025-04-02T09:00:00.000001" })).toEqual(["order"]);
  });

  test.each(["2025-04-02T09:00:00", "2025-04-02T10:00:00+02:00", "nonsense", ""])("but not with %j", (createdAt) => {
    expect(suspicionsWith({ 4: createdAt })).toEqual([]);
  });

  test("but not where the last activity is none", () => {
    expect(suspicionsWith({ 5: "nonsense" })).toEqual([]);
  });
});

test("foreign quotes are a stray quote and a bare CR", () => {
  expect(suspicionsWith({ 7: 'x"y' })).toEqual(["foreign quote"]);
  expect(suspicionsWith({ 7: "x\ry" })).toEqual(["foreign quote"]);
});

test("a record may lack any of the columns", () => {
  const { suspicions, uuidCount } = inspect(`\n${UUID}\n${UUID},telegram\n${UUID},t,t_\nx,t, \u0000`);
  expect(suspicions).toEqual([[], [], [], ["swapped"], ["padding", "control"]]);
  expect(uuidCount).toBe(0);
});

test("the columns may stand anywhere", () => {
  const places = { sessionId: 3, userId: 2, platform: 1, threadId: 0 };
  const damaged = `x${UUID.slice(1)}`;
  expect(inspect(`${damaged},t_,t,${UUID}\n`, places)).toEqual({ suspicions: [["swapped", "uuid"]], uuidCount: 0 });
  expect(inspect(`,t,t_,${damaged}\n`, places)).toEqual({ suspicions: [["empty", "uuid"]], uuidCount: 0 });
});
