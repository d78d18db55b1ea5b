import { isAscii } from "node:buffer";
import { dumpsString, escapeBeyondAscii } from "../session/json-string.js";
import type { Session } from "../session/session.js";
import type { RowLayout, RowPart } from "../store/store.js";

/*
 * What Python makes of a sessions file with
 *
 *     json.dump(list(csv.DictReader(open("sessions.csv", newline="", encoding="utf-8-sig"))), out)
 *
 * byte for byte: all values are text, separators are ", " and ": ", whatever is not printable ASCII is `\uXXXX`, and no
 * line break stands at the end.
 */

/** The keys that `csv.DictReader` gives: the header's names, each once. */
export function pythonKeys(columnNames: readonly string[]): readonly string[] {
  return [...new Set(columnNames)];
}

/** A session as `json.dumps` writes its dict. */
export function pythonObject(session: Session, names: readonly string[]): string {
  return `{${names.map((name) => `${dumpsString(name)}: ${dumpsString(session.text(name) ?? "")}`).join(", ")}}`;
}

/** The same as a layout, for a store that can make plain rows by itself; they are ASCII once `inAscii` has seen them. */
export function pythonLayout(names: readonly string[], separator: string): RowLayout {
  const parts = names.flatMap((name, index): RowPart[] => [
    { type: "literal", text: `${index === 0 ? "{" : '", '}${dumpsString(name)}: "` },
    { type: "text", column: name, isInJsonString: true },
  ]);
  return {
    parts: [...parts, { type: "literal", text: '"}' }],
    separator,
    renderRow: (session) => pythonObject(session, names),
  };
}

/** JSON in pieces of whole rows, UTF-8, with whatever is beyond ASCII in its strings written as `\uXXXX`. */
export async function* inAscii(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const piece of pieces) {
    if (isAscii(piece)) yield piece;
    else for (const part of partsOf(piece)) yield Buffer.from(escapeBeyondAscii(part), "latin1");
  }
}

const PART_BYTES = 32 * 1024;

/** Text in parts of a size that memory does not notice, no character cut. */
function* partsOf(utf8: Uint8Array): Generator<string> {
  const bytes = Buffer.from(utf8.buffer, utf8.byteOffset, utf8.length);
  for (let at = 0; at < bytes.length;) {
    let end = Math.min(bytes.length, at + PART_BYTES);
    while (((bytes[end] ?? 0) & 0xc0) === 0x80) end += 1;
    yield bytes.toString("utf8", at, end);
    at = end;
  }
}
