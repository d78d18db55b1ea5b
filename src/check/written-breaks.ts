import { readHeader } from "./header.js";
import { UUID } from "./uuid.js";

/** Ends of lines as text: escapes, and separators of Unicode in UTF-8. */
const WRITTEN_BREAKS = ["\\r\\n", "\\n", "\u00e2\u0080\u00a8", "\u00e2\u0080\u00a9", "\u00c2\u0085"] as const;
/** Quotes around it may be damaged themselves. */
const ID = `["']*${UUID.source}["']*,`;

/** What stands for a line break between the header and the first record; undefined where a line break does, or nothing. */
export function writtenBreak(start: string): string | undefined {
  const line = /^[^\r\n]*/.exec(start)?.[0] ?? "";
  const first = line.search(new RegExp(`(?<=.)${ID}`));
  const header = first === -1 ? "" : line.slice(0, first);
  const found = WRITTEN_BREAKS.find((written) => header.endsWith(written));
  const reading = found === undefined ? undefined : readHeader(header.slice(0, -found.length));
  return reading?.missing.length === 0 ? found : undefined;
}

/** Only between records and at the end: within JSON the same text may be a part of a value. */
export function withBreaks(bytes: Buffer, written: string): Buffer {
  const between = new RegExp(`${written.replaceAll("\\", "\\\\")}(?=${ID}|\\s*$)`, "g");
  const lineBreak = written.startsWith("\\r") ? "\r\n" : "\n";
  return Buffer.from(bytes.toString("latin1").replaceAll(between, lineBreak), "latin1");
}
