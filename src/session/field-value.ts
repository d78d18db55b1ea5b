import type { Instant } from "./timestamp.js";

/**
 * One cell of an answer, before it is made into text for a terminal, a pipe or JSON. `text` is always the value as it
 * stands in the file (unquoted); the type says what is known about it.
 */
export type FieldValue =
  /** No such value: the column, the JSON key or the state does not exist for this session. */
  | { readonly type: "none" }
  | { readonly type: "text"; readonly text: string }
  /** `instant` is undefined where the text is no timestamp. */
  | { readonly type: "time"; readonly text: string; readonly instant: Instant | undefined }
  /** `text` is valid JSON (RFC 8259), as it stands in the file; numbers keep all their digits. */
  | { readonly type: "json"; readonly text: string }
  /** A computed length of time in seconds, with fractions. */
  | { readonly type: "duration"; readonly seconds: number }
  | { readonly type: "boolean"; readonly value: boolean };
