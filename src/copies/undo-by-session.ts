import type { Snapshot } from "../storage/snapshot.js";
import { BorderCheck } from "../store/border-check.js";
import { bareRecord, recordHash, type LoggedEdit, type RecordEdit } from "../store/change-log.js";
import type { ChangeBatch, CsvChange } from "../store/csv-change.js";
import { requireUnchanged } from "../store/csv-reading.js";
import { openCsv, readFromStart, type CsvInput } from "../store/csv-source.js";
import { lineBreakOf } from "../store/line-break.js";
import { readEdits, removedBytes, type HistoryEntry } from "./change-history.js";
import { changedSince, Counts, wouldSupersede, type UndoPlan } from "./undo-plan.js";

const BOM = Uint8Array.of(0xef, 0xbb, 0xbf);
const EMPTY = new Uint8Array(0);
const LF = 0x0a;

/**
 * Only what the change was about, in a file that has changed since.
 *
 * @throws SessionsError STORE_DAMAGED at the end of `batches` where a record border is in doubt
 */
export function undoBySession(input: CsvInput, snapshot: Snapshot, change: HistoryEntry): CsvChange<UndoPlan> {
  const wanted = new Map<string, LoggedEdit[]>();
  for (const edit of readEdits(change.path)) {
    if (edit.sessionId === undefined) throw changedSince(input, change, ["what stands between the records"]);
    wanted.set(edit.sessionId, [...(wanted.get(edit.sessionId) ?? []), edit]);
  }
  const counts = new Counts();
  const conflicts: string[] = [];
  const superseded: string[] = [];
  const opened = openCsv(readFromStart(snapshot, input.onRead), input);
  const { scanner, reader } = opened;
  const borders = new BorderCheck(scanner);
  function* batches(): Generator<ChangeBatch> {
    const open = new Map<string, LoggedEdit[]>();
    for (const [id, edits] of wanted)
      open.set(
        id,
        edits.filter((edit) => !onlyRemoves(edit)),
      );
    if (scanner.hasBom) yield { source: BOM, edits: [] };
    let endsLine = true;
    const lineBreak = lineBreakOf(scanner.bytes.toString("latin1", 0, scanner.recordEnd(0)));
    let first = 1;
    do {
      borders.checkBatch();
      const edits: RecordEdit[] = [];
      for (let record = first; record < scanner.recordCount; record += 1) {
        const sessionId = reader.text(record, "session_id");
        const candidates = wanted.get(sessionId);
        if (candidates === undefined || scanner.isBlank(record)) continue;
        const start = scanner.recordStart(record);
        const source = scanner.bytes.subarray(start, scanner.recordEnd(record));
        const sha256 = recordHash(source);
        const left = open.get(sessionId) ?? [];
        const place = left.findIndex(({ inserted }) => inserted?.sha256 === sha256);
        const [edit] = place === -1 ? [] : left.splice(place, 1);
        if (edit === undefined) (candidates.every(onlyRemoves) ? superseded : conflicts).push(sessionId);
        else {
          counts.add(edit);
          edits.push({ byteOffset: start, byteLength: source.length, bytes: inPlaceOf(source, edit), sessionId });
        }
      }
      first = 0;
      const source = scanner.bytes.subarray(0, scanner.batchLength);
      if (source.length > 0) endsLine = source.at(-1) === LF;
      yield { source, edits };
    } while (opened.nextBatch());
    requireUnchanged(snapshot, input);
    borders.require(input.location, () => readFromStart(snapshot));
    for (const [id, edits] of open) if (edits.length > 0) conflicts.push(id);
    yield { source: EMPTY, edits: comingBack(wanted, endsLine, lineBreak, counts) };
  }
  return {
    batches: batches(),
    plan: () => {
      if (conflicts.length > 0) throw changedSince(input, change, [...new Set(conflicts)]);
      if (superseded.length > 0) throw wouldSupersede(input, change, [...new Set(superseded)]);
      return { change, isExact: false, ...counts.all };
    },
  };
}

function onlyRemoves({ inserted }: LoggedEdit): boolean {
  return inserted === undefined;
}

/** The records that the change removed, at the end of the file. */
function comingBack(
  wanted: ReadonlyMap<string, readonly LoggedEdit[]>,
  endsLine: boolean,
  lineBreak: string,
  counts: Counts,
): RecordEdit[] {
  const removed = [...wanted.values()].flat().filter(onlyRemoves);
  removed.sort((left, right) => left.byteOffset - right.byteOffset);
  let needsBreak = !endsLine;
  return removed.map((edit) => {
    const bytes = removedBytes(edit);
    const withBreak = needsBreak ? Buffer.concat([Buffer.from(lineBreak), bytes]) : bytes;
    needsBreak = bytes.at(-1) !== LF;
    counts.add(edit);
    return { byteOffset: 0, byteLength: 0, bytes: withBreak, sessionId: edit.sessionId };
  });
}

/** The old record with the line breaks that the new one has around it; nothing where the change added it. */
function inPlaceOf(source: Uint8Array, edit: LoggedEdit): Uint8Array {
  const old = bareRecord(removedBytes(edit));
  if (old.length === 0) return EMPTY;
  return Buffer.concat([
    old,
    source.subarray(bareRecord(source).byteOffset - source.byteOffset + bareRecord(source).length),
  ]);
}
