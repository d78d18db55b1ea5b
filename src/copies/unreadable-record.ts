import type { RecordScanner } from "../csv/scan.js";
import type { SessionReader } from "../session/codec.js";
import { describeFault } from "../store/fault-log.js";

/** Why a record is no readable session; undefined for one that is. @param holdsNul whether its batch does */
export function whyUnreadable(
  scanner: RecordScanner,
  reader: SessionReader,
  record: number,
  holdsNul: boolean,
): "blank" | (() => string) | undefined {
  const fault = reader.wholenessFault(record);
  if (fault === "blank") return "blank";
  if (fault !== undefined) return () => describeFault(fault, scanner, reader, record);
  const id = scanner.field(record, reader.columns.at.session_id);
  if (scanner.valueStart(id) === scanner.valueEnd(id)) return () => "session_id is empty";
  if (!holdsNul) return undefined;
  const bytes = scanner.bytes.subarray(scanner.recordStart(record), scanner.recordEnd(record));
  return bytes.includes(0) ? () => "NUL bytes" : undefined;
}
