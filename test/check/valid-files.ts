// Files that RFC 4180 allows and whose values are what their columns want, of many makers.
import fc from "fast-check";
import { COLUMN_NAMES } from "../../src/session/columns.js";

const MILLISECONDS_IN_2024 = 31_536_000_000;

const field = (value: string): string => (/[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);

const hex = (length: number) =>
  fc.string({ unit: fc.constantFrom(...Array.from("0123456789abcdef")), minLength: length, maxLength: length });
const uuid = fc.uuid();
const MARKED_UUID = uuid.map((id) => `chat-${id}`);
const ODD_TEXT = (...texts: string[]) =>
  fc.tuple(fc.nat(), fc.constantFrom(...texts)).map(([id, odd]) => `id${id}${odd}z`);
const ID_WITH_BREAK = ODD_TEXT("\n", "\r\n", '"\n,');
const ID_FORMS: readonly fc.Arbitrary<string>[] = [
  uuid,
  uuid.map((id) => id.toUpperCase()),
  hex(24),
  fc.integer({ min: 1, max: 999_999_999 }).map((id) => `-100${String(id).padStart(9, "0")}`),
  fc.tuple(fc.nat({ max: 99_999 }), fc.nat({ max: 999 })).map((parts) => parts.join("-")),
  fc.nat({ max: 99_999 }).map(String),
  fc.string({ unit: fc.constantFrom(...Array.from("ab1")), minLength: 1, maxLength: 4 }),
  fc.string({ unit: fc.constantFrom(...Array.from("日本語кот😀é")), minLength: 1, maxLength: 6 }),
  ODD_TEXT(",", '"', '","'),
];
const PLATFORMS = ["telegram", "discord", "web", "Виджет", "a,b"];
const NOTES = [
  "",
  "3$",
  "a\\",
  "x;",
  "y|",
  "|",
  ";;",
  "plain",
  "two, parts",
  'said "no"',
  "line\nbreak",
  "{}",
  "  ",
  "#1",
];
const JSONS = ["", "{}", '{"a": 1}', '{"a":"line\\nbreak, \\"quoted\\" ünd 😀"}', '{"b":{"c":[null,true,1.5e3,"x"]}}'];

/** Headers: ours in any order, and columns of other programs, without a name and of one name among them. */
const layouts = fc.tuple(
  fc.oneof(
    { weight: 3, arbitrary: fc.constant([...COLUMN_NAMES]) },
    { weight: 1, arbitrary: fc.shuffledSubarray([...COLUMN_NAMES], { minLength: 8 }) },
  ),
  fc.constantFrom<(names: string[]) => string[]>(
    (names) => names,
    (names) => [...names, "note"],
    (names) => [...names, "note", "note"],
    (names) => [...names, "", ""],
    (names) => [...names, "note", "", "costs"],
    (names) => ["rank", ...names],
    (names) => [...names.slice(0, 4), "note", ...names.slice(4)],
    (names) => [...names.slice(0, 2), "", ...names.slice(2), "a,b"],
  ),
);

interface Draft {
  readonly ids: readonly [string, string];
  readonly later: readonly [string, string];
  readonly user: string;
  readonly platform: string;
  readonly created: number;
  readonly idle: number;
  readonly json: readonly [string, string];
  readonly notes: readonly string[];
}

const drafts = (
  before: fc.Arbitrary<string>,
  after: fc.Arbitrary<string>,
  notes: fc.Arbitrary<string>,
  forms: readonly fc.Arbitrary<string>[],
) =>
  fc.record<Draft>({
    ids: fc.tuple(before, before),
    later: fc.tuple(after, after),
    user: fc.oneof(...forms),
    platform: fc.constantFrom(...PLATFORMS),
    created: fc.nat({ max: MILLISECONDS_IN_2024 }),
    idle: fc.nat({ max: 90_000_000 }),
    json: fc.tuple(fc.constantFrom(...JSONS), fc.constantFrom(...JSONS)),
    notes: fc.tuple(notes, notes, notes),
  });

const timeOf = (milliseconds: number): string =>
  new Date(Date.UTC(2024) + milliseconds).toISOString().replace("Z", "421");

function lineOf(draft: Draft, place: number, changeAt: number, names: readonly string[], namesUser: boolean): string {
  const [session, thread] = place < changeAt ? draft.ids : draft.later;
  const values: Record<string, string> = {
    session_id: session,
    user_id: namesUser ? `${draft.platform}_${draft.user}` : draft.user,
    platform: draft.platform,
    thread_id: thread,
    created_at: timeOf(draft.created),
    last_activity: timeOf(draft.created + draft.idle),
    pending_approval: draft.json[0],
    metadata: draft.json[1],
  };
  let others = 0;
  return names.map((name) => field(values[name] ?? draft.notes[others++] ?? "")).join(",");
}

/** What may stand in a file besides what every program writes. */
export interface Variety {
  /** Line breaks in ids and in columns of other programs. */
  readonly hasBreaks?: boolean;
  /** Ids that hold a UUID and text before it. */
  readonly hasMarkedUuids?: boolean;
  /** A name of a column that needs quotes. */
  readonly hasQuotedNames?: boolean;
}

export const validFiles = ({ hasBreaks = false, hasMarkedUuids = false, hasQuotedNames = false }: Variety) => {
  const notesOfOthers = NOTES.filter((note) => hasBreaks || !note.includes("\n"));
  const forms = [...ID_FORMS, ...(hasMarkedUuids ? [MARKED_UUID] : []), ...(hasBreaks ? [ID_WITH_BREAK] : [])];
  const form = fc.constantFrom(...forms);
  return fc
    .tuple(
      form,
      form,
      layouts,
      fc.constantFrom("\n", "\r\n"),
      fc.boolean(),
      fc.constantFrom(...notesOfOthers),
      fc.boolean(),
    )
    .chain(([before, after, [ours, around], lineBreak, namesUser, note, isOneNote]) => {
      const names = around([...ours]).filter((name) => hasQuotedNames || name !== "a,b");
      const notes = isOneNote ? fc.constant(note) : fc.constantFrom(...notesOfOthers);
      const draft = drafts(before, after, notes, forms);
      const many = fc.array(draft, { minLength: 105, maxLength: 130 });
      const few = fc.array(draft, { minLength: 0, maxLength: 10 });
      const records = fc.oneof({ weight: 2, arbitrary: few }, { weight: 1, arbitrary: many });
      return fc.tuple(records, fc.constantFrom(1, 62, 64, 1000)).map(([list, changeAt]) => {
        const seen = new Set<string>();
        const lines = list.flatMap((item, place) => {
          const [id] = place < changeAt ? item.ids : item.later;
          return seen.size === seen.add(id).size ? [] : [lineOf(item, place, changeAt, names, namesUser)];
        });
        return [names.map(field).join(","), ...lines].map((line) => line + lineBreak).join("");
      });
    });
};
