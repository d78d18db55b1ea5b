import type { Edit } from "../csv/edit.js";
import { COLUMN_NAMES } from "../session/columns.js";
import type { DiagnosticCode } from "./diagnostic.js";
import type { Dialect } from "./dialect.js";
import { namesInWords, uniqueNames } from "./column-names.js";
import { valuesOf, type Duplicates } from "./duplicates.js";
import { encodeField, encodeRecord } from "./encode.js";
import type { Ledger } from "./ledger.js";
import type { OlderCopy } from "./older-copy.js";
import type { Overlap } from "./overlap.js";
import { checkValues } from "./record-checks.js";
import type { RecordLayout, RecordReading } from "./record-reading.js";
import type { LostPart, PlacedNote, RecordPart } from "./parts.js";
import { isUuid } from "../session/uuid.js";
import { kindOf } from "./values.js";

/** Codes of what repair leaves as it is. */
const KEPT: ReadonlySet<DiagnosticCode> = new Set<DiagnosticCode>([
  "control-character",
  "damaged-uuid",
  "json-not-standard",
  "created-after-activity",
]);

/** So many are remembered. */
const MOST_TAKEN = 1000;

/** Decides what becomes of the records that were read one by one. */
export class RecordKeeper {
  readonly #ledger: Ledger;
  readonly #duplicates: Duplicates;
  readonly #overlap: Overlap;
  readonly #dialect: Dialect;
  readonly #outputNames: readonly string[];
  readonly #olderCopy: OlderCopy | undefined;
  /** Times that were rounded and are exact again. */
  exactTimes = 0;
  /** The first records that were taken, by where they start, and whether the session's id is a UUID. */
  readonly taken = new Map<number, boolean>();

  constructor(
    ledger: Ledger,
    duplicates: Duplicates,
    overlap: Overlap,
    dialect: Dialect,
    outputNames: readonly string[],
    olderCopy: OlderCopy | undefined,
  ) {
    this.#ledger = ledger;
    this.#duplicates = duplicates;
    this.#overlap = overlap;
    this.#dialect = dialect;
    this.#outputNames = outputNames;
    this.#olderCopy = olderCopy;
  }

  /** Accounts for a whole record: keeps it as it stands, or heals it. */
  take(part: RecordPart): void {
    const { start, end, layout } = part;
    const allMissing = COLUMN_NAMES.slice(0, 6).filter((name) => !layout.names.includes(name));
    const [missing] = allMissing;
    if (missing !== undefined) {
      const fields = Object.fromEntries(valuesOf(part));
      const reason = `the file has no column ${namesInWords(allMissing)}`;
      this.#ledger.setAside(start, end, { code: "missing-column", reason, fields, field: missing });
      return;
    }
    const lost = layout.names.find(
      (name, place) => name !== "" && !this.#outputNames.includes(name) && part.reading.fields[place]?.value !== "",
    );
    if (lost !== undefined) {
      const reason = `the output has no column ${lost}, which a later header names`;
      this.#ledger.setAside(start, end, {
        code: "field-count",
        reason,
        fields: Object.fromEntries(valuesOf(part)),
        field: lost,
      });
      return;
    }
    const checked = checkValues(part.reading, layout.names, this.#dialect.idsAreUuids);
    const { notes } = checked;
    if (this.taken.size < MOST_TAKEN) {
      this.taken.set(start, isUuid(part.reading.fields[layout.names.indexOf("session_id")]?.value ?? ""));
    }
    const reading = this.#withExactTimes(checked.reading, layout);
    this.#overlap.note(part, this.#dialect);
    const isOdd = reading.fields.some(({ raw }) => raw === undefined);
    const hasFix = isOdd || [...part.notes, ...notes].some(({ code }) => !KEPT.has(code));
    const bytes =
      hasFix || !this.#isOutputLayout(layout)
        ? encodeRecord(reading, layout.names, this.#outputNames, layout.delimiter === ",", this.#dialect.lineBreak)
        : undefined;
    if (isOdd && part.notes.length + notes.length === 0) {
      // A quote within a value that is not in quotes.
      const span =
        part.quoteAt === undefined
          ? { byteOffset: start, byteLength: end - start }
          : { byteOffset: part.quoteAt, byteLength: 1 };
      this.#ledger.report.add({ code: "stray-quote", ...span, outcome: "healed" });
    }
    const edits = bytes === undefined ? undefined : [{ byteOffset: start, byteLength: end - start, bytes }];
    const expected = (name: string | undefined): string | undefined => {
      const field = name === undefined ? undefined : reading.fields[layout.names.indexOf(name)];
      return field && Buffer.from(field.raw ?? encodeField(field.value), "latin1").toString("utf8");
    };
    for (const { code, field, ...span } of part.notes) this.#report({ code, field, ...span }, edits, expected(field));
    for (const { code, field } of notes) {
      this.#report({ code, field, byteOffset: start, byteLength: end - start }, edits, expected(field));
    }
    if (bytes === undefined) this.#ledger.keep(start, end);
    else {
      this.#ledger.heal(start, end, bytes);
      this.#ledger.healed += 1;
    }
    this.#ledger.records += 1;
    this.#duplicates.add(part);
  }

  #report(note: PlacedNote, edits: readonly Edit[] | undefined, expected: string | undefined): void {
    const isKept = KEPT.has(note.code) || edits === undefined;
    const fix = isKept ? ({ outcome: "kept" } as const) : ({ outcome: "healed", edits } as const);
    this.#ledger.report.add({ ...note, ...fix, ...(isKept || expected === undefined ? {} : { expected }) });
  }

  #isOutputLayout({ names, delimiter }: RecordLayout): boolean {
    return delimiter === "," && names.join("\n") === this.#outputNames.join("\n");
  }

  /** Makes a record whole by what an older copy has; false where it cannot. */
  complete({ start, end, salvage, blamed = { start, end } }: LostPart): boolean {
    const values = this.#olderCopy?.complete(salvage);
    const id = values?.["session_id"] ?? "";
    if (values === undefined || !this.#duplicates.addCompleted(id, start, end, salvage)) return false;
    const { code, field } = salvage;
    const text = uniqueNames(this.#outputNames)
      .map((name) => encodeField((Object.hasOwn(values, name) ? values[name] : undefined) ?? ""))
      .join(",");
    const bytes = Buffer.from(`${text}${this.#dialect.lineBreak}`, "latin1");
    const edits = [{ byteOffset: start, byteLength: end - start, bytes }];
    const message = `${salvage.reason}; the older copy has what is lost`;
    this.#ledger.report.add({
      code,
      byteOffset: blamed.start,
      byteLength: blamed.end - blamed.start,
      field,
      message,
      outcome: "healed",
      edits,
    });
    this.#ledger.heal(start, end, bytes);
    this.#ledger.healed += 1;
    this.#ledger.records += 1;
    return true;
  }

  /** The record with times as the older copy has them, where a spreadsheet has rounded them. */
  #withExactTimes(reading: RecordReading, { names }: RecordLayout): RecordReading {
    const copy = this.#olderCopy;
    if (copy === undefined || !this.#dialect.hasRoundedTimes) return reading;
    const id = reading.fields[names.indexOf("session_id")]?.value ?? "";
    const fields = reading.fields.map((field, place) => {
      const name = names[place] ?? "";
      const exact = kindOf(name) === "time" ? copy.exactTime(id, name, field.value) : undefined;
      if (exact === undefined) return field;
      this.exactTimes += 1;
      return { value: exact, raw: undefined };
    });
    return { ...reading, fields };
  }
}
