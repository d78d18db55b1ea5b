import { describe, expect, test } from "vitest";
import type { Dialect } from "../../src/check/dialect.js";
import { Overlap, PAGE_BYTES, spansBorder } from "../../src/check/overlap.js";
import { memorySource } from "../../src/store/csv-source.js";
import { DIALECT, ledgerOf, lineOf, recordAt } from "./record-parts.js";

const GOOD = lineOf();
const PIECE = lineOf({ session_id: "1111-4111-8111-11111111111a" });
const SHORT_PIECE = lineOf({ session_id: "111111111" });
const OTHER_ID = lineOf({ session_id: "chat-7" });
const OTHER_PLATFORM = lineOf({ platform: "telegram" });
const THREAD_PIECE = lineOf({ thread_id: "2222-4222-8222-22222222222a" });

interface Setting {
  readonly dialect?: Dialect;
  readonly hasSigns?: boolean;
  /** How many records the file is said to have. */
  readonly records?: number;
  /** Bytes before the first line, with its line break; 0: none. */
  readonly before?: number;
  /** The lines that are not noted, from 0: the fast reading never sees what is wrong with them. */
  readonly unnoted?: readonly number[];
  /** The lines that do not stay for another reason. */
  readonly leftOut?: readonly number[];
}

/** What becomes of lines, those that do not stay by their places, from 0. */
function found(lines: readonly string[], setting: Setting = {}) {
  const { dialect = DIALECT, hasSigns = false, before = 1, records = 100, unnoted = [], leftOut = [] } = setting;
  const head = before === 0 ? "" : `${"#".repeat(before - 1)}\n`;
  const text = `${head}${lines.join("\n")}\n`;
  const starts = lines.map((_, place) => head.length + lines.slice(0, place).join("\n").length + (place > 0 ? 1 : 0));
  const { ledger, reported, superseded } = ledgerOf(text, records);
  const overlap = new Overlap(100_000);
  overlap.hasSigns = hasSigns;
  starts.forEach((start, place) => {
    if (!unnoted.includes(place)) overlap.note(recordAt(text, start), dialect);
    if (leftOut.includes(place)) ledger.dropCopy(start, start + 1);
  });
  superseded.length = 0;
  const readAgain = (start: number) => (starts.includes(start) ? recordAt(text, start) : undefined);
  overlap.findAll(ledger, memorySource(Buffer.from(text, "latin1")), dialect, readAgain);
  const gone = superseded.map((segment) => [
    segment.kind === "quarantined" ? segment.codes.join() : segment.kind,
    starts.indexOf(segment.byteOffset),
  ]);
  return { gone, reported, superseded, ledger, overlap, starts };
}

/** So many bytes before a line that the border of two blocks stands in the midst of it. */
const ACROSS = PAGE_BYTES - 50;

describe("a record across the border of two blocks", () => {
  test.each([
    [0, 4096, false],
    [0, 4097, true],
    [4095, 4097, true],
    [4096, 4097, false],
    [4096, 8192, false],
    [4095, 4096, false],
    [100, 9000, true],
  ])("from %i to %i: %s", (start, end, spans) => {
    expect(spansBorder({ start, end })).toBe(spans);
  });
});

describe("a record of which an id is a piece of a UUID", () => {
  test("is a fragment, and all but that id is certain", () => {
    const { reported, superseded, ledger, overlap } = found([GOOD, PIECE]);
    const span = { byteOffset: GOOD.length + 2, byteLength: PIECE.length + 1 };
    const reason = "an id is a part of a UUID, and the others of the file are whole";
    expect(superseded).toEqual([
      {
        kind: "quarantined",
        ...span,
        line: 3,
        codes: ["fragment"],
        reason,
        fields: {
          user_id: "web_1",
          platform: "web",
          thread_id: "22222222-2222-4222-8222-222222222222",
          created_at: "2024-05-01T10:00:00.000001",
          last_activity: "2024-05-01T11:00:00.000001",
          pending_approval: "",
          metadata: "{}",
        },
      },
    ]);
    expect(reported).toMatchObject([{ code: "fragment", ...span, message: reason, outcome: "quarantined" }]);
    expect([ledger.records, overlap.hasSigns]).toEqual([99, false]);
  });

  test("is none of whose ids need be the session's", () => {
    expect(found([THREAD_PIECE]).superseded).toMatchObject([
      { codes: ["fragment"], fields: { session_id: "11111111-1111-4111-8111-111111111111" } },
    ]);
  });

  test("is of two writers where there are other signs of them: nothing of it is certain", () => {
    const { reported, superseded } = found([PIECE], { hasSigns: true });
    const reason = "its halves may be of two writers: ids or users have not the form of the others";
    expect(superseded).toMatchObject([
      { byteOffset: 1, byteLength: PIECE.length + 1, codes: ["writer-overlap"], reason, fields: {} },
    ]);
    expect(reported).toMatchObject([
      { code: "writer-overlap", byteOffset: 1, byteLength: PIECE.length + 1, message: reason, outcome: "quarantined" },
    ]);
  });

  test.each([
    ["stands in it", ACROSS],
    ["stands right before it", PAGE_BYTES],
  ])("is of two writers where the border of two blocks %s, and is a sign of them", (_, before) => {
    const { gone, overlap } = found([PIECE], { before });
    expect([gone, overlap.hasSigns]).toEqual([[["writer-overlap", 0]], true]);
  });

  test("may be at the very beginning of the file", () => {
    expect(found([PIECE], { before: 0 }).gone).toEqual([["writer-overlap", 0]]);
  });

  test("stays in a file whose ids are not all UUIDs", () => {
    const dialect = { ...DIALECT, idsAreUuids: false };
    for (const line of [PIECE, SHORT_PIECE, THREAD_PIECE, OTHER_ID]) {
      expect(found([line], { dialect, hasSigns: true, before: ACROSS }).gone).toEqual([]);
    }
  });

  test("is left alone where it does not stay for another reason", () => {
    expect(found([PIECE], { leftOut: [0] }).gone).toEqual([]);
  });

  test.each([
    "1111-4111-811a",
    "-8111-11111111111a",
    "1111111a-",
    `${"a".repeat(40)}-${"b".repeat(39)}`,
    "a1111111-1111-4111-8111-111111111111-1111-4111-8111-111111111111-1111-4111-81",
  ])("has a dash, a letter and nothing that a UUID does not have: %s", (session_id) => {
    expect(found([lineOf({ session_id })]).gone).toEqual([["fragment", 0]]);
  });

  test.each([
    "1111-4111-8111",
    "11-a",
    "111111a-",
    "chat-1111-4111",
    "a".repeat(40),
    `${"a".repeat(40)}-${"b".repeat(40)}`,
  ])("is not just any id: %s", (session_id) => {
    expect(found([lineOf({ session_id })]).gone).toEqual([]);
  });
});

describe("a record of which an id is a short piece", () => {
  test("stays where there are no signs of two writers, and is named", () => {
    const { gone, reported } = found([SHORT_PIECE]);
    expect(gone).toEqual([]);
    expect(reported).toMatchObject([
      {
        code: "unusual-id",
        field: "session_id",
        outcome: "kept",
      },
    ]);
  });

  test("is not a thread that has a number for a name", () => {
    expect(found([lineOf({ thread_id: "4211" })]).reported).toEqual([]);
    expect(found([lineOf({ thread_id: "42a1" })]).reported).toMatchObject([{ field: "thread_id" }]);
  });

  test("is not named where the form of the file's ids is another", () => {
    expect(found([SHORT_PIECE], { dialect: { ...DIALECT, idsAreUuids: false } }).reported).toEqual([]);
    expect(found([SHORT_PIECE], { records: 4 }).reported).toEqual([]);
  });

  test("is of two writers where there are", () => {
    expect(found([SHORT_PIECE], { hasSigns: true }).gone).toEqual([["writer-overlap", 0]]);
  });

  test.each([
    ["a", true],
    ["a".repeat(35), true],
    ["a".repeat(36), false],
    ["g", false],
  ])("%s: %s", (session_id, isPiece) => {
    expect(found([lineOf({ session_id })], { hasSigns: true }).gone.length).toBe(isPiece ? 1 : 0);
  });
});

describe("a record of another form", () => {
  test.each([
    ["another form of id", OTHER_ID],
    ["a user of another platform", OTHER_PLATFORM],
  ])("stays in the midst of a block, also where there are signs of two writers: %s", (_, line) => {
    expect(found([line], { hasSigns: true }).gone).toEqual([]);
  });

  test.each([
    ["another form of id", OTHER_ID],
    ["a user of another platform", OTHER_PLATFORM],
  ])("is of two writers on the border of two blocks where there are signs of them: %s", (_, line) => {
    expect(found([line], { hasSigns: true, before: ACROSS }).gone).toEqual([["writer-overlap", 0]]);
    expect(found([line], { hasSigns: true, before: PAGE_BYTES }).gone).toEqual([["writer-overlap", 0]]);
    expect(found([line], { before: ACROSS }).gone).toEqual([]);
  });

  test("stays where users need not name their platform", () => {
    const dialect = { ...DIALECT, allUsersNamePlatform: false };
    expect(found([OTHER_PLATFORM], { dialect, hasSigns: true, before: ACROSS }).gone).toEqual([]);
  });

  test("is one whose user has no more than the platform's name, or a longer one", () => {
    for (const user_id of ["web", "web2_1", "xweb_1"]) {
      const { gone } = found([lineOf({ user_id })], { hasSigns: true, before: ACROSS });
      expect([user_id, gone]).toEqual([user_id, [["writer-overlap", 0]]]);
    }
  });
});

describe("where there are many of another form, it is how the file is", () => {
  test.each([
    [1, 4, 0],
    [1, 5, 1],
    [2, 5, 0],
    [2, 10, 2],
    [3, 10, 0],
    [3, 15, 3],
    [4, 20, 0],
    [4, 399, 0],
    [4, 400, 4],
  ])("%i ids in %i records: %i are set aside", (count, records, gone) => {
    const lines = Array.from({ length: count }, () => PIECE);
    expect(found(lines, { records }).gone.length).toBe(gone);
  });

  test.each([
    [3, 2],
    [4, 1],
  ])("%i users of another platform", (count, gone) => {
    const lines = [SHORT_PIECE, PIECE, ...Array.from({ length: count }, () => OTHER_PLATFORM)];
    expect(found(lines, { records: 10_000, hasSigns: true }).gone.length).toBe(gone);
  });

  test("a record with two such ids is one of them", () => {
    const both = lineOf({ session_id: "1111-a", thread_id: "aaaa-1111-" });
    expect(found([both, both, both]).gone.length).toBe(3);
  });
});

describe("a record on a border that the fast reading has kept", () => {
  const unnoted = [0];

  test.each([
    ["its id is no UUID", OTHER_ID],
    ["its thread is no UUID", lineOf({ thread_id: "thread-7" })],
    ["its user is of another platform", OTHER_PLATFORM],
  ])("is set aside where there are signs of two writers and %s", (_, line) => {
    expect(found([line], { unnoted, hasSigns: true, before: ACROSS }).gone).toEqual([["writer-overlap", 0]]);
  });

  test("stays where there are no such signs", () => {
    expect(found([OTHER_ID], { unnoted, before: ACROSS }).gone).toEqual([]);
  });

  test("stays where its form is that of the others", () => {
    expect(found([GOOD], { unnoted, hasSigns: true, before: ACROSS }).gone).toEqual([]);
  });

  test.each([
    ["starts at", PAGE_BYTES],
    ["ends at", PAGE_BYTES - OTHER_ID.length - 1],
  ])("stays where it %s the border", (_, before) => {
    expect(found([OTHER_ID, GOOD], { unnoted: [0, 1], hasSigns: true, before }).gone).toEqual([]);
  });

  test("stays where the file's ids and users have no form", () => {
    const line = lineOf({ session_id: "chat-7", platform: "telegram" });
    expect(
      found([line], {
        unnoted,
        dialect: { ...DIALECT, idsAreUuids: false, allUsersNamePlatform: false },
        hasSigns: true,
        before: ACROSS,
      }).gone,
    ).toEqual([]);
  });

  test("is left alone where it does not stay for another reason", () => {
    expect(found([OTHER_ID], { unnoted, leftOut: [0], hasSigns: true, before: ACROSS }).gone).toEqual([]);
  });

  test("is found at the second border, and behind a line longer than what is read at first", () => {
    const long = lineOf({ metadata: `"{""a"":""${"x".repeat(3000)}""}"`, session_id: "chat-7" });
    const before = 2 * PAGE_BYTES - 2000;
    expect(found([long], { unnoted, hasSigns: true, before }).gone).toEqual([["writer-overlap", 0]]);
  });

  test("is set aside once where several borders stand in it", () => {
    const long = lineOf({ metadata: `"{""a"":""${"x".repeat(20_000)}""}"`, session_id: "chat-7" });
    expect(found([long], { unnoted, hasSigns: true, before: ACROSS }).gone).toEqual([["writer-overlap", 0]]);
  });

  test("stays where there are more than three of them", () => {
    const long = lineOf({ metadata: `"{""a"":""${"x".repeat(4300)}""}"`, session_id: "chat-7" });
    const gone = (count: number) =>
      found(Array<string>(count).fill(long), { unnoted: [0, 1, 2, 3], hasSigns: true }).gone.length;
    expect([gone(3), gone(4)]).toEqual([3, 0]);
  });

  test("is set aside also where the signs are found only now", () => {
    const filler = "x".repeat(PAGE_BYTES - 2 * 191);
    const lines = [PIECE, lineOf({ metadata: `"{""a"":""${filler}""}"` }), OTHER_ID];
    const { starts } = found(lines, { before: PAGE_BYTES });
    const third = starts[2] ?? 0;
    expect([Math.floor(third / PAGE_BYTES), Math.floor((third + OTHER_ID.length) / PAGE_BYTES)]).toEqual([1, 2]);
    expect(found(lines, { before: PAGE_BYTES, unnoted: [1, 2] }).gone).toEqual([
      ["writer-overlap", 0],
      ["writer-overlap", 2],
    ]);
  });
});

test("a file without line breaks has no record at its borders", () => {
  const text = "x".repeat(3 * PAGE_BYTES);
  const { ledger, superseded } = ledgerOf(text, 0);
  const overlap = new Overlap(100_000);
  overlap.hasSigns = true;
  overlap.findAll(ledger, memorySource(Buffer.from(text)), DIALECT, () => {
    throw new Error("no record starts anywhere");
  });
  expect(superseded).toEqual([]);
});
