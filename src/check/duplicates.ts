import { parseTimestamp } from "../session/timestamp.js";
import type { DiagnosticCode } from "./diagnostic.js";
import { uniqueNames } from "./column-names.js";
import type { IdRegistry } from "./id-registry.js";
import type { Ledger } from "./ledger.js";
import { spansBorder, type Overlap } from "./overlap.js";
import { checkValues } from "./record-checks.js";
import type { RecordPart } from "./parts.js";
import type { Salvage } from "./salvage.js";
import { kindOf } from "./values.js";

type Values = ReadonlyMap<string, string>;

/** Decides what becomes of records whose session id was seen before. */
export class Duplicates {
  readonly #ledger: Ledger;
  readonly #ids: IdRegistry;
  readonly #overlap: Overlap;
  readonly #completed = new Map<number, { readonly end: number; readonly salvage: Salvage }>();
  readonly #readAgain: (start: number) => RecordPart | undefined;

  /** @param readAgain gives a record that was read before, by its offset */
  constructor(ledger: Ledger, ids: IdRegistry, overlap: Overlap, readAgain: (start: number) => RecordPart | undefined) {
    this.#ledger = ledger;
    this.#ids = ids;
    this.#overlap = overlap;
    this.#readAgain = readAgain;
  }

  /**
   * Notes the id of a record that an older copy made whole.
   * @returns false where the file itself has that session: then the piece is none
   */
  addCompleted(id: string, start: number, end: number, salvage: Salvage): boolean {
    if (this.#ids.add(id, start) !== -1) return false;
    this.#completed.set(start, { end, salvage });
    return true;
  }

  /** Notes the id of a record that was said to stay. */
  add(record: RecordPart): void {
    const id = valuesOf(record).get("session_id") ?? "";
    const earlier = this.#ids.add(id, record.start);
    if (earlier !== -1 && earlier !== record.start) this.#compare(record, earlier);
  }

  /** A record that was said to stay has, it seems, the id of an earlier one. */
  #compare(record: RecordPart, earlierStart: number): void {
    const completed = this.#completed.get(earlierStart);
    if (completed !== undefined) {
      // What the file itself has is newer than what was made of a piece and an older copy.
      this.#ledger.setAsideLater(earlierStart, completed.end, completed.salvage);
      this.#ids.replace(valuesOf(record).get("session_id") ?? "", record.start);
      return;
    }
    const earlier = this.#readAgain(earlierStart);
    if (earlier === undefined) return;
    const [before, after] = [valuesOf(earlier), valuesOf(record)];
    const verdict = compareVersions(before, after, this.#ledger.report.line(earlierStart));
    if (verdict === undefined) return;
    const { code, message, reason, stays } = verdict;
    if (code === "duplicate-conflict" && this.#overlap.hasSigns && spansBorder(earlier) !== spansBorder(record)) {
      // One of the two is itself, the other one is made of two records.
      const mixed = spansBorder(earlier) ? earlier : record;
      if (mixed === earlier) this.#ids.replace(after.get("session_id") ?? "", record.start);
      this.#overlap.setAside(this.#ledger, mixed);
      return;
    }
    const span = { byteOffset: record.start, byteLength: record.end - record.start };
    const outcome = stays === "both" ? "kept" : code === "duplicate-record" ? "dropped" : "quarantined";
    this.#ledger.report.add({ code, ...span, field: "session_id", message, outcome });
    if (stays === "both") return;
    this.#overlap.hasSigns = true;
    if (stays === "later") this.#ids.replace(after.get("session_id") ?? "", record.start);
    const [removed, values] = stays === "later" ? [earlier, before] : [record, after];
    if (code === "duplicate-record") this.#ledger.dropCopy(removed.start, removed.end);
    else {
      this.#ledger.setAsideLater(removed.start, removed.end, { code, reason, fields: Object.fromEntries(values) });
    }
  }
}

/** The values of a record, as they should stand, by the names of its columns. */
export function valuesOf({ reading, layout }: RecordPart): Values {
  const { fields } = checkValues(reading, layout.names, false).reading;
  return new Map(uniqueNames(layout.names).map((name, place) => [name, fields[place]?.value ?? ""]));
}

interface Verdict {
  readonly code: DiagnosticCode;
  readonly message: string;
  /** Why the one that does not stay is set aside. */
  readonly reason: string;
  readonly stays: "earlier" | "later" | "both";
}

/** Compares two records that seem to have one session id; undefined where only the hashes of their ids are the same. */
function compareVersions(earlier: Values, later: Values, earlierLine: number): Verdict | undefined {
  const value = (values: Values, name: string): string => values.get(name) ?? "";
  if (value(earlier, "session_id") !== value(later, "session_id")) return undefined;
  const isSame = (name: string, text: string): boolean => {
    const other = value(later, name);
    if (text === other) return true;
    return kindOf(name) === "time" && parseTimestamp(text) === parseTimestamp(other);
  };
  // A column that only one of them has, by another header, counts too.
  if ([...earlier.keys(), ...later.keys()].every((name) => isSame(name, value(earlier, name)))) {
    return {
      code: "duplicate-record",
      message: `the record of line ${earlierLine} again`,
      reason: "a copy",
      stays: "earlier",
    };
  }
  const other = ["user_id", "thread_id", "created_at"].find((name) => !isSame(name, value(earlier, name)));
  if (other !== undefined) {
    const message = `line ${earlierLine} has the same session_id and another ${other}`;
    return { code: "duplicate-conflict", message, reason: message, stays: "both" };
  }
  const [before, after] = [earlier, later].map((values) => parseTimestamp(value(values, "last_activity")));
  const difference = (after ?? 0) - (before ?? 0);
  const which = difference === 0 ? "another" : difference > 0 ? "a newer" : "an older";
  const tie = difference === 0 ? " with the same last_activity; the later line stays" : "";
  return {
    code: "duplicate-version",
    message: `${which} version of the session of line ${earlierLine}${tie}`,
    reason:
      difference === 0 ? `another version of a session that stays,${tie}` : "an older version of a session that stays",
    stays: difference >= 0 ? "later" : "earlier",
  };
}
