import type { Dialect } from "./dialect.js";
import { valuesOf } from "./duplicates.js";
import type { Ledger } from "./ledger.js";
import type { RecordPart } from "./parts.js";
import { readBytes, type ByteSource } from "./byte-source.js";
import { isUuid } from "../session/uuid.js";

/** Writers hand text to the system in blocks of this size, or of a multiple of it. */
export const PAGE_BYTES = 4096;
const MOST_PIECES = 10_000;
/** A line is looked for so far before a border. */
const LOOK_BACK_BYTES = 1024 * 1024;

/** Among fewer records there is no telling what form the file's ids have. */
const ENOUGH_RECORDS = 5;
/** So many records, of few a fifth and of many a hundredth, may have ids of another form before that is a form of its own. */
const FEW = 3;
const FEW_OF_FEW = 0.2;
const FEW_OF_ALL = 0.01;
const SHORTEST_RECORD = 100;

/** What is left of a UUID: at least one dash, a letter, and nothing that a UUID does not have. */
const PIECE_WITH_DASH = /^(?=.{9,80}$)(?=.*[a-fA-F])[0-9a-fA-F]*-[0-9a-fA-F-]*$/;
const PIECE = /^[0-9a-fA-F]{1,35}$/;

type Doubt = "piece" | "short piece" | "other id" | "mixed";

/** What all records of the file have in common. */
interface Form {
  readonly idsAreUuids: boolean;
  readonly usersNamePlatform: boolean;
}

/**
 * Finds records that two writers made together, each one half. Suspicious are ids that may be pieces of UUIDs, and users of
 * another platform, in a file where hardly any other record has such; they are set aside where the file shows other signs
 * of two writers (copies, fragments), or where the border of two blocks stands in the record. What form the file's ids have
 * is a matter of the records that stay, so that the file looks the same once it is repaired.
 */
export class Overlap {
  /** The file holds a copy of a record, or a fragment. */
  hasSigns = false;
  readonly #doubts: { readonly start: number; readonly doubt: Doubt; readonly isOther: boolean }[] = [];
  /** Records of several lines, whose further lines start no record. */
  readonly #split: { readonly start: number; readonly end: number }[] = [];
  readonly #mostOthers: number;
  #otherIds = 0;
  #mixed = 0;
  #isGivenUp = false;

  /** @param byteLength of the file */
  constructor(byteLength: number) {
    this.#mostOthers = Math.max(FEW, (byteLength / SHORTEST_RECORD) * FEW_OF_ALL);
  }

  /** So many ids are no UUIDs that this is how the file is: nobody needs to look at them any more. */
  get isGivenUp(): boolean {
    return this.#isGivenUp || this.#otherIds > this.#mostOthers;
  }

  giveUp(): void {
    this.#isGivenUp = true;
  }

  /** Notes a record that stays, where it has not the form that others have. */
  note(record: RecordPart, dialect: Dialect): void {
    if (record.notes.some(({ code }) => code === "split-record") && this.#split.length < MOST_PIECES) {
      this.#split.push({ start: record.start, end: record.end });
    }
    const values = valuesOf(record);
    const ids = [values.get("session_id") ?? "", values.get("thread_id") ?? ""];
    const others = ids.filter((id) => !isUuid(id));
    if (others.length > 0) this.#otherIds += 1;
    const isMixed = dialect.allUsersNamePlatform && !isUserOfPlatform(values);
    if (isMixed) this.#mixed += 1;
    const doubt = others.some((id) => PIECE_WITH_DASH.test(id))
      ? "piece"
      : others.some((id) => PIECE.test(id))
        ? "short piece"
        : isMixed
          ? "mixed"
          : others.length > 0
            ? "other id"
            : undefined;
    if (doubt === undefined || this.#doubts.length >= MOST_PIECES) return;
    this.#doubts.push({ start: record.start, doubt, isOther: others.length > 0 });
  }

  /** @param recordAt reads the record that starts at an offset */
  findAll(
    ledger: Ledger,
    source: ByteSource,
    dialect: Dialect,
    recordAt: (start: number) => RecordPart | undefined,
  ): void {
    const few = Math.max(Math.min(FEW, ledger.records * FEW_OF_FEW), ledger.records * FEW_OF_ALL);
    const leftOut = this.#doubts.filter(({ start, isOther }) => isOther && ledger.isLeftOut(start)).length;
    const hasFewOthers = !this.isGivenUp && this.#otherIds - leftOut <= few;
    const idsAreUuids = dialect.idsAreUuids && ledger.records >= ENOUGH_RECORDS && hasFewOthers;
    const usersTell = this.#mixed <= FEW;
    for (const { start, doubt } of this.#doubts) {
      if (!(doubt === "mixed" ? usersTell : idsAreUuids)) continue;
      const record = ledger.isLeftOut(start) ? undefined : recordAt(start);
      if (record === undefined) continue;
      const isAtBorder = spansBorder(record) || start % PAGE_BYTES === 0;
      if (doubt === "piece" && !this.hasSigns && !isAtBorder) this.#setPieceAside(ledger, record);
      else if (doubt === "piece" || (this.hasSigns && usersTell && (doubt === "short piece" || isAtBorder))) {
        this.setAside(ledger, record);
      } else if (doubt === "short piece" && !this.hasSigns) this.#reportShortPiece(ledger, record);
    }
    const form = { idsAreUuids, usersNamePlatform: usersTell && dialect.allUsersNamePlatform };
    if (this.hasSigns && usersTell) this.#findAtBorders(ledger, source, form, recordAt);
  }

  #findAtBorders(
    ledger: Ledger,
    source: ByteSource,
    form: Form,
    recordAt: (start: number) => RecordPart | undefined,
  ): void {
    let end = 0;
    const found: RecordPart[] = [];
    for (let border = PAGE_BYTES; border < source.byteLength; border += PAGE_BYTES) {
      const start = lineStart(source, border);
      if (start === undefined || start < end || this.#split.some((split) => split.start < start && start < split.end)) {
        continue;
      }
      const record = recordAt(start);
      if (record === undefined || record.start >= border || record.end <= border) continue;
      end = record.end;
      if (!ledger.isLeftOut(start) && !isConsistent(record, form)) found.push(record);
    }
    // Where there are many, it is how the file is.
    if (found.length <= FEW) for (const record of found) this.setAside(ledger, record);
  }

  /** The row may be as somebody meant it, or a part of its id is lost: only a person can tell. */
  #reportShortPiece(ledger: Ledger, { start, end, reading, layout }: RecordPart): void {
    const isPiece = (name: string): boolean => {
      const id = reading.fields[layout.names.indexOf(name)]?.value ?? "";
      return PIECE.test(id) && (name === "session_id" || /[a-fA-F]/.test(id));
    };
    const field = ["session_id", "thread_id"].find(isPiece);
    if (field === undefined) return;
    const span = { byteOffset: start, byteLength: end - start };
    ledger.report.add({ code: "unusual-id", ...span, field, outcome: "kept" });
  }

  /** Nothing but its id is in doubt. */
  #setPieceAside(ledger: Ledger, record: RecordPart): void {
    const isPiece = (name: string, value: string): boolean =>
      (name === "session_id" || name === "thread_id") && !isUuid(value) && PIECE_WITH_DASH.test(value);
    const values = [...valuesOf(record)].filter(([name, value]) => !isPiece(name, value));
    const reason = "an id is a part of a UUID, and the others of the file are whole";
    const { start, end } = record;
    ledger.report.add({
      code: "fragment",
      byteOffset: start,
      byteLength: end - start,
      message: reason,
      outcome: "quarantined",
    });
    ledger.setAsideLater(start, end, { code: "fragment", reason, fields: Object.fromEntries(values) });
  }

  /** Takes a record out again that was said to stay. */
  setAside(ledger: Ledger, { start, end }: RecordPart): void {
    const reason = "its halves may be of two writers: ids or users have not the form of the others";
    this.hasSigns = true;
    ledger.report.add({
      code: "writer-overlap",
      byteOffset: start,
      byteLength: end - start,
      message: reason,
      outcome: "quarantined",
    });
    ledger.setAsideLater(start, end, { code: "writer-overlap", reason, fields: {} });
  }
}

/** A record stands across the border of two blocks. */
export function spansBorder({ start, end }: { readonly start: number; readonly end: number }): boolean {
  return Math.floor(start / PAGE_BYTES) !== Math.floor((end - 1) / PAGE_BYTES);
}

function isUserOfPlatform(values: ReadonlyMap<string, string>): boolean {
  return values.get("user_id")?.startsWith(`${values.get("platform") ?? ""}_`) === true;
}

/** The ids have the form that the file's ids have, and the user is one of the platform. */
function isConsistent(record: RecordPart, { idsAreUuids, usersNamePlatform }: Form): boolean {
  const values = valuesOf(record);
  const value = (name: string): string => values.get(name) ?? "";
  if (idsAreUuids && !(isUuid(value("session_id")) && isUuid(value("thread_id")))) return false;
  return !usersNamePlatform || isUserOfPlatform(values);
}

function lineStart(source: ByteSource, before: number): number | undefined {
  for (let length = 512; length <= LOOK_BACK_BYTES; length *= 4) {
    const from = Math.max(0, before - length);
    const window = readBytes(source, from, before - from);
    const feed = window.lastIndexOf(0x0a);
    if (feed !== -1) return from + feed + 1;
    if (from === 0) return undefined;
  }
  return undefined;
}
