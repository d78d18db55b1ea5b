import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { scannerOf } from "../csv/scanning.js";
import { SessionReader } from "../../src/session/codec.js";
import { COLUMN_NAMES, isHeaderFault, readColumns } from "../../src/session/columns.js";
import { HEADER, line, open, openRecords, RETENTION, sessionOf, type SessionTexts } from "./records.js";
import { fieldReader } from "../../src/session/fields.js";
import { parseTimestamp } from "../../src/session/timestamp.js";

/** The fault of the record that stands behind the header. */
function faultOf(record: string): string | undefined {
  return open(`${HEADER}\n${record}\n`).reader.decodingFault(1);
}

function faultWith(texts: SessionTexts): string | undefined {
  return faultOf(line(texts));
}

const LINE = line();

describe("a record is no session", () => {
  test.each([
    ["blank", ""],
    ["too-few-fields", '""'],
    ["too-few-fields", "a,b,c,d,e,f,g"],
    ["too-many-fields", `${LINE},x`],
    ["too-many-fields", `${LINE},,x`],
    ["quoting", `"a"b${LINE}`],
    ["quoting", `${LINE},"a" `],
    ["no-session-id", line({ session_id: "" })],
    ["no-user-id", line({ user_id: "" })],
    ["created-at", line({ created_at: "" })],
    ["created-at", line({ created_at: "yesterday" })],
    ["last-activity", line({ last_activity: "" })],
    ["last-activity", line({ last_activity: "2025-02-29T00:00:00" })],
    ["metadata", line({ metadata: "{" })],
    ["metadata", line({ metadata: "[]" })],
    ["metadata", line({ metadata: "null" })],
    ["metadata", line({ metadata: " " })],
    ["pending-approval", line({ pending_approval: "{'type': 'x'}" })],
    ["pending-approval", line({ pending_approval: '"approval"' })],
    ["pending-approval", line({ pending_approval: "[{}]" })],
  ])("for the reason %s: %j", (reason, record) => {
    expect(faultOf(record)).toBe(reason);
  });

  test("where its quote is never closed", () => {
    expect(open(`${HEADER}\n"${LINE}`).reader.decodingFault(1)).toBe("quoting");
  });
});

describe("a record is a session", () => {
  test.each<[string, SessionTexts]>([
    ["with an empty platform and thread", { platform: "", thread_id: "" }],
    ["with empty metadata", { metadata: "" }],
    ["with a NaN in its metadata, as Python writes it", { metadata: '{"score": NaN}' }],
    ["with a NaN in its approval", { pending_approval: '{"args": {"x": -Infinity}}' }],
    ["with null for an approval", { pending_approval: "null" }],
    ["with white space for an approval", { pending_approval: " " }],
    ["with JSON over several lines", { metadata: '{\r\n  "a": 1\r\n}' }],
    ["with an offset in its times", { created_at: "2025-09-30T10:00:00+02:00", last_activity: "2025-09-30 11:00:00Z" }],
  ])("%s", (_, texts) => {
    expect(faultWith(texts)).toBeUndefined();
  });

  test("with empty fields beyond the header's, as spreadsheets add them", () => {
    expect(faultOf(`${LINE},,""`)).toBeUndefined();
  });

  test("with a quote inside an unquoted field", () => {
    expect(faultOf(LINE.replace("telegram_12345", 'tele"gram'))).toBeUndefined();
  });

  test("as Python's backend writes it without quotes where none are needed", () => {
    expect(faultOf(LINE)).toBeUndefined();
  });
});

test("a record has a fault where one of its parts has one, and none where none has, in a batch of many", () => {
  const TIMES = ["2025-09-30T10:00:00", "2025-09-30 10:00:00.5+02:00"];
  const NO_TIMES = ["", "then", "2025-02-29T00:00:00"];
  /** Per column what it may hold, and what is a fault of this name. */
  const PARTS = [
    ["session_id", ["a", ' "', "null"], [""], "no-session-id"],
    ["user_id", ["a", " "], [""], "no-user-id"],
    ["created_at", TIMES, NO_TIMES, "created-at"],
    ["last_activity", TIMES, NO_TIMES, "last-activity"],
    [
      "pending_approval",
      ["", "{}", "null", " null ", "  ", ' {"a": NaN}'],
      ["nul", "[]", "{", "1"],
      "pending-approval",
    ],
    ["metadata", ["", "{}", ' {"a": "b"}', '{"a": -Infinity}'], ["null", " ", "[]", '{"a": b}', '"{}"'], "metadata"],
  ] as const;
  const part = ([column, right, wrong, fault]: (typeof PARTS)[number]): fc.Arbitrary<[SessionTexts, string[]]> =>
    fc.oneof(
      {
        weight: 8,
        arbitrary: fc.constantFrom(...right).map((text): [SessionTexts, string[]] => [{ [column]: text }, []]),
      },
      {
        weight: 1,
        arbitrary: fc.constantFrom(...wrong).map((text): [SessionTexts, string[]] => [{ [column]: text }, [fault]]),
      },
    );
  const record = fc.tuple(...PARTS.map(part)).map((parts) => ({
    texts: Object.assign({}, ...parts.map(([texts]) => texts)) as SessionTexts,
    faults: parts.flatMap(([, faults]) => faults),
  }));
  fc.assert(
    fc.property(fc.array(record, { maxLength: 30 }), (records) => {
      const { reader } = openRecords(records.map(({ texts }) => texts));
      records.forEach(({ faults }, index) => {
        const found = reader.decodingFault(index + 1);
        if (faults.length === 0) expect(found).toBeUndefined();
        else expect(faults).toContain(found);
      });
    }),
    { numRuns: 200 },
  );
});

describe("a session", () => {
  test("has the text of each column, unquoted", () => {
    const session = sessionOf({ user_id: 'a"b,c', metadata: '{"x": "y"}' });
    expect(COLUMN_NAMES.map((name) => session.column(name))).toEqual([
      "s1",
      'a"b,c',
      "telegram",
      "t1",
      "2025-09-30T10:00:00",
      "2025-09-30T11:30:00.123456",
      "",
      '{"x": "y"}',
    ]);
  });

  test("has its instants in microseconds", () => {
    const { createdAt, lastActivity } = sessionOf();
    expect([createdAt, lastActivity]).toEqual([1_759_226_400_000_000, 1_759_231_800_123_456]);
  });

  test("has no instant where the text is none", () => {
    const { createdAt, lastActivity } = sessionOf({ created_at: "", last_activity: "x" });
    expect([createdAt, lastActivity]).toEqual([undefined, undefined]);
  });

  test.each([
    ["", undefined, false],
    ["null", undefined, false],
    [" \n", undefined, false],
    ["          ", undefined, false],
    ["{}", "{}", true],
    ["broken", "broken", true],
  ])("with the approval %j has the approval %j", (pending_approval, text, isPending) => {
    const session = sessionOf({ pending_approval });
    expect([session.pendingApproval, session.isPending]).toEqual([text, isPending]);
  });

  test("is pending for the reader where it is for itself", () => {
    const text = fc.string({ unit: fc.constantFrom(" ", " ", " ", "\n", "null"), maxLength: 12 });
    fc.assert(
      fc.property(text, (pending_approval) => {
        const { reader } = openRecords([{ pending_approval }]);
        expect(reader.isPending(1)).toBe(reader.session(1).isPending);
      }),
      { numRuns: 300 },
    );
  });

  test("has {} for empty metadata", () => {
    expect(sessionOf({ metadata: "" }).metadata).toBe("{}");
  });

  test("has the columns of others by name (law 6)", () => {
    const { reader } = open(`team,${HEADER},note\nred,${LINE},"a\nb"\n`);
    const session = reader.session(1);
    expect([session.text("team"), session.text("note"), session.text("none"), session.extraNames]).toEqual([
      "red",
      "a\nb",
      undefined,
      ["team", "note"],
    ]);
  });

  test("does not change with the batches that come after it", () => {
    const opened = open(`${HEADER}\n${LINE}\n${line({ session_id: "s2" })}`);
    const session = opened.reader.session(1);
    opened.scanner.nextBatch();
    expect([session.sessionId, session.lastActivity]).toEqual(["s1", 1_759_231_800_123_456]);
  });

  test("is read out of columns in any order (law 6)", () => {
    const names = COLUMN_NAMES.toReversed();
    const { reader } = open(`${names.join(",")}\n{},,2025-09-30T11:00:00,2025-09-30T10:00:00,t,p,u,s\n`);
    expect([reader.decodingFault(1), reader.session(1).sessionId, reader.session(1).createdAt]).toEqual([
      undefined,
      "s",
      parseTimestamp("2025-09-30T10:00:00"),
    ]);
  });
});

describe("the times of a record", () => {
  test("are read anew in each batch", () => {
    const records = Array.from({ length: 50 }, (_, index) =>
      line({ created_at: `2025-01-01T00:00:${String(index).padStart(2, "0")}`, last_activity: "x" }),
    );
    const scanner = scannerOf(Buffer.from([HEADER, ...records, ""].join("\n")), { windowBytes: 256 });
    scanner.nextBatch();
    const columns = readColumns(COLUMN_NAMES);
    if (isHeaderFault(columns)) throw new Error("the header is none of ours");
    const reader = new SessionReader(scanner, columns);
    const seconds: number[] = [];
    do {
      for (let record = 0; record < scanner.recordCount; record += 1) seconds.push(reader.createdAt(record));
    } while (scanner.nextBatch());
    const first = parseTimestamp("2025-01-01T00:00:00");
    expect(seconds).toEqual([NaN, ...records.map((_, index) => first + index * 1_000_000)]);
  });

  test("without an offset are moved by the offset that is given for them", () => {
    const texts = { created_at: "2025-09-30T10:00:00.5", last_activity: "2025-09-30T10:00:00.5Z" };
    const { reader } = openRecords([texts], (localSeconds) => (localSeconds === 1_759_226_400 ? 7200 : NaN));
    expect([reader.createdAt(1), reader.lastActivity(1)]).toEqual([
      parseTimestamp("2025-09-30T08:00:00.5"),
      parseTimestamp("2025-09-30T10:00:00.5"),
    ]);
  });

  test("are none in a record that is too short", () => {
    expect(open(`${HEADER}\na,b\n`).reader.lastActivity(1)).toBeNaN();
  });
});

test("JSON that a session is said to have is JSON", () => {
  const text = fc.oneof(fc.json({ maxDepth: 2 }), fc.constantFrom("[NaN]", "NaN", '{"a":NaN}', "-Infinity", "{", " "));
  fc.assert(
    fc.property(text, (metadata) => {
      const value = fieldReader("metadata", COLUMN_NAMES)?.(sessionOf({ metadata }), RETENTION);
      if (value?.type === "json") expect(() => JSON.parse(value.text) as unknown).not.toThrow();
      else expect(() => JSON.parse(metadata) as unknown).toThrow();
    }),
    { numRuns: 300 },
  );
});
