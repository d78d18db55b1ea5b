// Laws 1 and 6: what is copied is the file's own bytes.
import { compileSelection } from "../session/query.js";
import type { OpenedCsv } from "./csv-source.js";
import { FaultLog } from "./fault-log.js";
import type { ReadRequest } from "./store.js";
import { pickRecords } from "./visit-records.js";

const BOM = Uint8Array.of(0xef, 0xbb, 0xbf);

/**
 * The header and the records that match as they stand in the file, batch by batch. Without a selection it is the whole
 * file: blank lines and records that are not whole too, so that nothing goes to the log.
 *
 * @param opened stands on its first batch
 * @param onCopied is told how many records were copied, blank lines not counted
 */
export function* copyRecords(
  opened: OpenedCsv,
  { selection, retention }: ReadRequest,
  log: FaultLog,
  onCopied: (count: number) => void,
): Generator<Uint8Array> {
  const { scanner, reader } = opened;
  const matches = compileSelection(selection, reader, retention);
  const takesAll = selection.length === 0;
  const notWhole = takesAll ? new FaultLog() : log;
  if (scanner.hasBom) yield BOM;
  let firstRecord = 1;
  do {
    const before = notWhole.count;
    const records = pickRecords(opened, firstRecord, matches, notWhole);
    onCopied(records.length + (takesAll ? notWhole.count - before : 0));
    const spans = takesAll
      ? [[0, scanner.batchLength] as const]
      : runsOf([...(firstRecord === 1 ? [0] : []), ...records]).map(
          ([first, last]) => [scanner.recordStart(first), scanner.recordEnd(last)] as const,
        );
    firstRecord = 0;
    const pieces = spans.map(([start, end]) => scanner.bytes.subarray(start, end));
    if (pieces.length > 0) yield Buffer.concat(pieces);
  } while (opened.nextBatch());
}

/** Ascending numbers as first and last of each run of neighbours. */
function runsOf(numbers: readonly number[]): [number, number][] {
  const runs: [number, number][] = [];
  for (const number of numbers) {
    const last = runs.at(-1);
    if (last?.[1] === number - 1) last[1] = number;
    else runs.push([number, number]);
  }
  return runs;
}
