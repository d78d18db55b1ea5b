import type { DiagnosticCode } from "./diagnostic.js";
import { isBoxLine } from "./box-line.js";
import type { Dialect } from "./dialect.js";

/** What a line without values is. */
export interface Structure {
  readonly code: DiagnosticCode;
  /** It holds a record all the same, an older version. */
  readonly isLost?: boolean;
}

const MERGE_MARKER = /^(?:<{7}|>{7}|\|{7})(?: .*)?$|^={7}$/;
const DIFF_LINE =
  /^(?:diff --git |index [0-9a-f]+\.\.|---(?: |$)|\+\+\+ |@@ -\d|\d+(?:,\d+)?[acd]\d+(?:,\d+)?$|\\ No newline at end of file|new file mode |deleted file mode |similarity index )/;

/**
 * The structure that a line is; undefined for one that may hold values.
 * @param text without its break
 */
export function structureOf(text: string, { isDiff, delimiter }: Dialect): Structure | undefined {
  if (/^[\s,;|"\0]*$/.test(text)) return { code: text.includes("\0") ? "nul-bytes" : "blank-line" };
  if (MERGE_MARKER.test(text)) return { code: "merge-marker" };
  if (isDiff && DIFF_LINE.test(text)) return { code: "diff-output" };
  if (isDiff && /^-|^< /.test(text)) return { code: "diff-output", isLost: true };
  if (delimiter === "|" && isBoxLine(text)) return { code: "delimiter" };
  return undefined;
}
