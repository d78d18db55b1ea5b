import { isAscii } from "node:buffer";
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
  return `{${names.map((name) => `${pythonString(name)}: ${pythonString(session.text(name) ?? "")}`).join(", ")}}`;
}

/** The same as a layout, for a store that can make plain rows by itself; they are ASCII once `inAscii` has seen them. */
export function pythonLayout(names: readonly string[], separator: string): RowLayout {
  const parts = names.flatMap((name, index): RowPart[] => [
    { type: "literal", text: `${index === 0 ? "{" : '", '}${pythonString(name)}: "` },
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
    yield isAscii(piece) ? piece : Buffer.from(escapeBeyondAscii(Buffer.from(piece).toString("utf8")), "latin1");
  }
}

function pythonString(text: string): string {
  return escapeBeyondAscii(JSON.stringify(text));
}

/** Python's json writes U+007F as an escape too. */
function escapeBeyondAscii(json: string): string {
  return json.replaceAll(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
