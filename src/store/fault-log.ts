import type { Finding } from "../errors.js";
import { linesAt } from "../csv/position.js";
import type { ReadBytes, RecordScanner } from "../csv/scan.js";
import type { RecordFault, SessionReader } from "../session/codec.js";
import type { Faults } from "./store.js";

const FINDINGS_KEPT = 20;

/** Counts faults and keeps the first twenty with their places; memory does not grow with the file. */
export class FaultLog {
  /** Ascending, in whatever order they were found. */
  readonly #kept: { readonly byteOffset: number; readonly message: string }[] = [];
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** @param message is only asked for when it is kept */
  add(byteOffset: number, message: () => string): void {
    this.#count += 1;
    const place = this.#kept.findLastIndex((fault) => fault.byteOffset <= byteOffset) + 1;
    if (place === FINDINGS_KEPT) return;
    this.#kept.splice(place, 0, { byteOffset, message: message() });
    if (this.#kept.length > FINDINGS_KEPT) this.#kept.pop();
  }

  /** @param readFromStart the input from its first byte, read again only when there are faults, for their lines */
  faults(readFromStart: () => ReadBytes): Faults {
    if (this.#kept.length === 0) return { count: this.#count, findings: [] };
    const lines = linesAt(
      readFromStart(),
      this.#kept.map(({ byteOffset }) => byteOffset),
    );
    const findings: Finding[] = this.#kept.map((fault, index) => ({ ...fault, line: lines[index] ?? 1 }));
    return { count: this.#count, findings };
  }
}

/** What is wrong with a record, in words. */
export function describeFault(
  fault: RecordFault,
  scanner: RecordScanner,
  reader: SessionReader,
  record: number,
): string {
  switch (fault) {
    case "blank":
      return "the line is blank";
    case "quoting":
      return "a quoted field is not closed, or text follows its closing quote";
    case "too-few-fields":
    case "too-many-fields":
      return `${scanner.fieldCount(record)} fields where the header has ${reader.columns.names.length}`;
    case "no-session-id":
      return "session_id is empty";
    case "no-user-id":
      return "user_id is empty";
    case "created-at":
    case "last-activity": {
      const column = fault === "created-at" ? "created_at" : "last_activity";
      return `${column} is no timestamp: "${shortened(reader.text(record, column))}"`;
    }
    case "pending-approval":
    case "metadata": {
      const column = fault === "metadata" ? "metadata" : "pending_approval";
      return `${column} is no JSON object: ${shortened(reader.text(record, column))}`;
    }
  }
}

function shortened(text: string): string {
  return text.length <= 40 ? text : `${text.slice(0, 40)}…`;
}
