import { describe, expect, test } from "vitest";
import { Duplicates, valuesOf } from "../../src/check/duplicates.js";
import { IdRegistry } from "../../src/check/id-registry.js";
import { Overlap } from "../../src/check/overlap.js";
import type { RecordPart } from "../../src/check/parts.js";
import type { RecordLayout } from "../../src/check/record-reading.js";
import type { Salvage } from "../../src/check/salvage.js";
import { COLUMN_NAMES } from "../../src/session/columns.js";
import { ledgerOf, lineOf, recordAt, USUAL } from "./record-parts.js";

const ID = "11111111-1111-4111-8111-111111111111";
const OLDER = lineOf({ last_activity: "2024-05-01T10:30:00.000001" });
const USUALLY = lineOf();
const NEWER = lineOf({ last_activity: "2024-05-01T12:00:00.000001" });

interface Setting {
  readonly layouts?: readonly RecordLayout[];
  readonly hasSigns?: boolean;
  /** Stands before the first line. */
  readonly before?: string;
}

/** Lines as a file without a header, all of them noted in their order. */
function noted(lines: readonly string[], { layouts = [], hasSigns = false, before = "" }: Setting = {}) {
  const starts = lines.map((_, place) => before.length + lines.slice(0, place).join("\n").length + (place > 0 ? 1 : 0));
  const text = `${before}${lines.join("\n")}\n`;
  const made = ledgerOf(text, lines.length);
  const records = new Map<number, RecordPart>(
    starts.map((start, place) => [start, recordAt(text, start, layouts[place] ?? USUAL)]),
  );
  const overlap = new Overlap(100_000);
  overlap.hasSigns = hasSigns;
  const ids = new IdRegistry(0);
  const duplicates = new Duplicates(made.ledger, ids, overlap, (start) => records.get(start));
  for (const record of records.values()) duplicates.add(record);
  /** The lines that do not stay, from 0, and as what. */
  const removed = made.superseded.map((segment) => [
    starts.indexOf(segment.byteOffset),
    segment.kind === "dropped" ? segment.code : segment.codes.join(),
  ]);
  const said = made.reported.map(({ code, byteOffset, outcome, message }) => [
    code,
    starts.indexOf(byteOffset),
    outcome,
    message,
  ]);
  return { ...made, ids, overlap, duplicates, starts, records, removed, said };
}

describe("records of different sessions", () => {
  test("stay", () => {
    const { removed, said, ledger, overlap } = noted([USUALLY, lineOf({ session_id: "other" })]);
    expect([removed, said, ledger.records, ledger.duplicates, overlap.hasSigns]).toEqual([[], [], 2, 0, false]);
  });

  test("stay where only the hashes of their ids are the same", () => {
    const other = lineOf({ session_id: "other" });
    const { duplicates, ids, records, ledger, reported } = noted([USUALLY, other]);
    // The registry says that the first record has the id of the second one.
    ids.replace("other", 0);
    const [, second] = records.values();
    if (second !== undefined) duplicates.add(second);
    expect([reported, ledger.records]).toEqual([[], 2]);
  });

  test("stay where the earlier one cannot be read again", () => {
    const { duplicates, ids, records, reported } = noted([USUALLY]);
    ids.replace(ID, 9999);
    const [record] = records.values();
    if (record !== undefined) duplicates.add(record);
    expect(reported).toEqual([]);
  });
});

test("a record that is noted twice is no copy of itself", () => {
  const { duplicates, records, reported, ledger } = noted([USUALLY]);
  for (const record of records.values()) duplicates.add(record);
  expect([reported, ledger.records]).toEqual([[], 1]);
});

describe("a copy of a record", () => {
  test("is dropped, and the earlier one stays", () => {
    const { removed, said, ledger, overlap, superseded } = noted([USUALLY, USUALLY]);
    expect(removed).toEqual([[1, "duplicate-record"]]);
    expect(said).toEqual([["duplicate-record", 1, "dropped", "the record of line 1 again"]]);
    expect(superseded).toEqual([
      { kind: "dropped", byteOffset: USUALLY.length + 1, byteLength: USUALLY.length + 1, code: "duplicate-record" },
    ]);
    expect([ledger.records, ledger.duplicates, overlap.hasSigns]).toEqual([1, 1, true]);
  });

  test("is reported with its place and its column", () => {
    const { reported } = noted([USUALLY, USUALLY]);
    expect(reported).toMatchObject([
      { byteOffset: USUALLY.length + 1, byteLength: USUALLY.length + 1, field: "session_id" },
    ]);
  });

  test("may be one of many: all are copies of the first", () => {
    const { removed, said, ledger } = noted([USUALLY, USUALLY, lineOf({ session_id: "b" }), USUALLY]);
    expect(removed).toEqual([
      [1, "duplicate-record"],
      [3, "duplicate-record"],
    ]);
    expect(said.map(([, , , message]) => message)).toEqual([
      "the record of line 1 again",
      "the record of line 1 again",
    ]);
    expect([ledger.records, ledger.duplicates]).toEqual([2, 2]);
  });

  test.each([
    ["created_at", lineOf({ created_at: "2024-05-01T12:00:00.000001+02:00" })],
    ["last_activity", lineOf({ last_activity: "2024-05-01T11:00:00.000001+00:00" })],
  ])("is one also where %s is the same moment in another form", (_, line) => {
    expect(noted([USUALLY, line]).removed).toEqual([[1, "duplicate-record"]]);
  });

  test("is none where another program's column is the same moment in another form", () => {
    const wide = { ...USUAL, names: [...COLUMN_NAMES, "note"] };
    const lines = ["2024-05-01T12:00:00+02:00", "2024-05-01T10:00:00+00:00"].map((note) => `${USUALLY},${note}`);
    expect(noted(lines, { layouts: [wide, wide] }).removed).toEqual([[0, "duplicate-version"]]);
  });

  test("is one where the columns stand in another order", () => {
    const names = [...COLUMN_NAMES].reverse();
    const reversed = USUALLY.split(",").reverse().join(",");
    expect(noted([USUALLY, reversed], { layouts: [USUAL, { ...USUAL, names }] }).removed).toEqual([
      [1, "duplicate-record"],
    ]);
  });

  test("is none where another program's column differs", () => {
    const wide = { ...USUAL, names: [...COLUMN_NAMES, "note"] };
    const { removed } = noted([`${USUALLY},a`, `${USUALLY},b`], { layouts: [wide, wide] });
    expect(removed).toEqual([[0, "duplicate-version"]]);
  });

  test("is none where the second of two columns of one name differs", () => {
    const wide = { ...USUAL, names: [...COLUMN_NAMES, "note", "note"] };
    const { removed } = noted([`${USUALLY},a,b`, `${USUALLY},a,c`], { layouts: [wide, wide] });
    expect(removed).toEqual([[0, "duplicate-version"]]);
  });

  test("is none where it lacks a value of a column that only the earlier one has", () => {
    const wide = { ...USUAL, names: [...COLUMN_NAMES, "note"] };
    expect(noted([`${USUALLY},a`, USUALLY], { layouts: [wide, USUAL] }).removed).toEqual([[0, "duplicate-version"]]);
  });

  test("is none where it has a value of a column that the earlier one has not", () => {
    const wide = { ...USUAL, names: [...COLUMN_NAMES, "note"] };
    expect(noted([USUALLY, `${USUALLY},a`], { layouts: [USUAL, wide] }).removed).toEqual([[0, "duplicate-version"]]);
  });

  test("is one where nothing stands in a column that the earlier one has not", () => {
    const wide = { ...USUAL, names: [...COLUMN_NAMES, "note"] };
    expect(noted([USUALLY, `${USUALLY},`], { layouts: [USUAL, wide] }).removed).toEqual([[1, "duplicate-record"]]);
  });
});

describe("a version of a session", () => {
  test("goes to the quarantine where a newer one follows", () => {
    const { removed, said, ledger, overlap, superseded } = noted([USUALLY, NEWER]);
    expect(removed).toEqual([[0, "duplicate-version"]]);
    expect(said).toEqual([["duplicate-version", 1, "quarantined", "a newer version of the session of line 1"]]);
    expect(superseded).toEqual([
      {
        kind: "quarantined",
        byteOffset: 0,
        byteLength: USUALLY.length + 1,
        line: 1,
        codes: ["duplicate-version"],
        reason: "an older version of a session that stays",
        fields: {
          session_id: ID,
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
    expect([ledger.records, ledger.duplicates, overlap.hasSigns]).toEqual([1, 1, true]);
  });

  test("goes to the quarantine where a newer one came before", () => {
    const { removed, said, superseded } = noted([NEWER, USUALLY]);
    expect(removed).toEqual([[1, "duplicate-version"]]);
    expect(said).toEqual([["duplicate-version", 1, "quarantined", "an older version of the session of line 1"]]);
    expect(superseded).toMatchObject([{ fields: { last_activity: "2024-05-01T11:00:00.000001" } }]);
  });

  test("of the same moment is the older one where another one follows, as the backend has it", () => {
    const { removed, said, superseded } = noted([USUALLY, lineOf({ metadata: '{"a":1}' })]);
    expect(removed).toEqual([[0, "duplicate-version"]]);
    const tie = "with the same last_activity; the later line stays";
    const message = `another version of the session of line 1 ${tie}`;
    expect(said).toMatchObject([["duplicate-version", 1, "quarantined", message]]);
    expect(superseded).toMatchObject([{ reason: `another version of a session that stays, ${tie}` }]);
  });

  test("is compared with the one that stays, in whatever order they come", () => {
    expect(noted([OLDER, NEWER, USUALLY]).removed).toEqual([
      [0, "duplicate-version"],
      [2, "duplicate-version"],
    ]);
    expect(noted([USUALLY, OLDER, NEWER]).removed).toEqual([
      [1, "duplicate-version"],
      [0, "duplicate-version"],
    ]);
    expect(noted([OLDER, USUALLY, NEWER]).said.map(([, , , message]) => message)).toEqual([
      "a newer version of the session of line 1",
      "a newer version of the session of line 2",
    ]);
  });

  test("may differ in its platform", () => {
    expect(noted([USUALLY, lineOf({ platform: "telegram" })]).removed).toEqual([[0, "duplicate-version"]]);
  });
});

describe("a session id that two sessions have", () => {
  test.each([
    ["user_id", { user_id: "web_2" }],
    ["thread_id", { thread_id: "33333333-3333-4333-8333-333333333333" }],
    ["created_at", { created_at: "2024-05-01T10:00:00.000002" }],
  ])("is a conflict that stays: another %s", (name, values) => {
    const { removed, said, ledger, overlap } = noted([USUALLY, lineOf(values)]);
    expect(removed).toEqual([]);
    expect(said).toEqual([["duplicate-conflict", 1, "kept", `line 1 has the same session_id and another ${name}`]]);
    expect([ledger.records, ledger.duplicates, overlap.hasSigns, ledger.report.unresolved]).toEqual([2, 0, false, 1]);
  });

  test("is a conflict also where the later one is newer", () => {
    const line = lineOf({ user_id: "web_2", last_activity: "2025-05-01T11:00:00.000001" });
    expect(noted([USUALLY, line]).removed).toEqual([]);
  });

  test("is none of users whose names were swapped with their platforms: they are compared as they should stand", () => {
    expect(noted([USUALLY, lineOf({ user_id: "web", platform: "web_1" })]).removed).toEqual([[1, "duplicate-record"]]);
  });
});

describe("where there are signs of two writers", () => {
  const conflict = lineOf({ user_id: "web_2" });
  /** Text up to so many bytes before the border of two blocks. */
  const upTo = (bytes: number): string => `${"#".repeat(4096 - bytes - 1)}\n`;

  test("the later one of two that are in conflict is set aside where the border stands in it", () => {
    const { removed, said, ledger } = noted([USUALLY, conflict], { hasSigns: true, before: upTo(USUALLY.length + 20) });
    expect(removed).toEqual([[1, "writer-overlap"]]);
    expect(said.map(([code, line, outcome]) => [code, line, outcome])).toEqual([["writer-overlap", 1, "quarantined"]]);
    expect(ledger.records).toBe(1);
  });

  test("the id stays that of the earlier one where that stays", () => {
    const made = noted([USUALLY, conflict, USUALLY], { hasSigns: true, before: upTo(USUALLY.length + 20) });
    expect(made.removed).toEqual([
      [1, "writer-overlap"],
      [2, "duplicate-record"],
    ]);
  });

  test("the earlier one is set aside where the border stands in it, and the id is that of the later one", () => {
    const made = noted([USUALLY, conflict, conflict], { hasSigns: true, before: upTo(20) });
    expect(made.removed).toEqual([
      [0, "writer-overlap"],
      [2, "duplicate-record"],
    ]);
    expect(made.ids.add(ID, 0)).toBe(made.starts[1]);
  });

  test("both stay where the border stands in neither", () => {
    const { removed, said } = noted([USUALLY, conflict], { hasSigns: true });
    expect([removed, said.map(([code]) => code)]).toEqual([[], ["duplicate-conflict"]]);
  });

  test("both stay where a border stands in both", () => {
    const long = { metadata: `"{""a"":""${"x".repeat(4096)}""}"` };
    const lines = [lineOf(long), lineOf({ ...long, user_id: "web_2" })];
    expect(noted(lines, { hasSigns: true }).said.map(([code]) => code)).toEqual(["duplicate-conflict"]);
  });

  test("versions and copies are what they are elsewhere", () => {
    const before = upTo(20);
    expect(noted([USUALLY, NEWER], { hasSigns: true, before }).removed).toEqual([[0, "duplicate-version"]]);
    expect(noted([USUALLY, USUALLY], { hasSigns: true, before }).removed).toEqual([[1, "duplicate-record"]]);
  });

  test("and only there: both stay without such signs", () => {
    const { removed, said } = noted([USUALLY, conflict], { before: upTo(20) });
    expect([removed, said.map(([code]) => code)]).toEqual([[], ["duplicate-conflict"]]);
  });
});

describe("a piece that an older copy made whole", () => {
  const piece: Salvage = { code: "torn-record", reason: "it breaks off", fields: { session_id: ID } };

  test("is noted where the file has no such session", () => {
    expect(noted([USUALLY]).duplicates.addCompleted("other", 500, 520, piece)).toBe(true);
  });

  test("is none where the file itself has that session", () => {
    const { duplicates, superseded, ledger } = noted([USUALLY]);
    expect(duplicates.addCompleted(ID, 500, 520, piece)).toBe(false);
    expect([superseded, ledger.records]).toEqual([[], 1]);
  });

  test("is one only once", () => {
    const { duplicates } = noted([USUALLY]);
    expect([500, 600].map((start) => duplicates.addCompleted("other", start, start + 9, piece))).toEqual([true, false]);
  });

  test("is set aside where the file itself has the session behind it, whatever its times say", () => {
    const text = `piece\n${OLDER}\n${USUALLY}\n`;
    const { ledger, reported, superseded } = ledgerOf(text, 3);
    const ids = new IdRegistry(0);
    const overlap = new Overlap(100_000);
    const second = 6 + OLDER.length + 1;
    const duplicates = new Duplicates(ledger, ids, overlap, (start) => recordAt(text, start));
    duplicates.addCompleted(ID, 0, 6, piece);
    duplicates.add(recordAt(text, 6));
    expect([superseded, reported]).toEqual([
      [
        {
          kind: "quarantined",
          byteOffset: 0,
          byteLength: 6,
          line: 1,
          codes: ["torn-record"],
          reason: "it breaks off",
          fields: { session_id: ID },
        },
      ],
      [],
    ]);
    expect([ledger.records, ledger.duplicates, ids.add(ID, 0), overlap.hasSigns]).toEqual([2, 0, 6, false]);
    // From then on the session is known by the file's own record.
    duplicates.add(recordAt(text, second));
    expect(reported.map(({ code }) => code)).toEqual(["duplicate-version"]);
  });
});

describe("the values of a record", () => {
  test("stand by the names of their columns, in their order", () => {
    expect([...valuesOf(recordAt(`${USUALLY}\n`, 0))].slice(0, 3)).toEqual([
      ["session_id", ID],
      ["user_id", "web_1"],
      ["platform", "web"],
    ]);
  });

  test("stand as they should: without quotes, and not swapped", () => {
    const values = valuesOf(recordAt(`${lineOf({ user_id: '"web"', platform: "web_1" })}\n`, 0));
    expect([values.get("user_id"), values.get("platform")]).toEqual(["web_1", "web"]);
  });

  test("of columns with one name, or none, are all there", () => {
    const layout = { ...USUAL, names: [...COLUMN_NAMES, "note", "note", ""] };
    expect([...valuesOf(recordAt(`${USUALLY},a,b,c\n`, 0, layout)).values()].slice(8)).toEqual(["a", "b", "c"]);
  });
});
