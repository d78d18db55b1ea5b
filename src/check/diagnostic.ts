import type { Edit } from "../csv/edit.js";
import type { DiagnosticCode } from "./rules/index.js";

export type { DiagnosticCode };

/** An error keeps sessions from being read as they were written; a warning does not. */
export type Severity = "error" | "warning";

/** One thing that is wrong with a file, and where. */
export interface Diagnostic {
  readonly code: DiagnosticCode;
  readonly severity: Severity;
  /** Physical line, from 1; lines end with LF, CR LF or CR. */
  readonly line: number;
  /** Place in the line, from 1, in bytes. */
  readonly column: number;
  /** Of the text that is meant, in bytes from 0 in the content of the file (behind decompression and decoding). */
  readonly byteOffset: number;
  /** 0 where something is missing. */
  readonly byteLength: number;
  /** Name of the column that is meant; undefined where it is the record, the line or the file. */
  readonly field?: string;
  /** The text as it stands, shortened to at most 200 characters. */
  readonly text: string;
  /** One sentence on what is wrong, without a full stop. */
  readonly message: string;
  /** What should stand there instead, where that is known. */
  readonly expected?: string;
  /** What `repair` does about it. Undefined: it leaves that to a person, or sets the record aside. */
  readonly fix?: Fix;
  /** What becomes of the text: `healed` by the fix, `kept` as it stands, `quarantined`, or `dropped` as mere structure. */
  readonly outcome: Outcome;
}

export type Outcome = "healed" | "kept" | "quarantined" | "dropped";

/** A way to set something right, as data. */
interface Fix {
  /** A lossy fix loses or guesses something, and is made only when that is asked for. */
  readonly kind: "lossless" | "lossy";
  readonly edits: readonly Edit[];
}
