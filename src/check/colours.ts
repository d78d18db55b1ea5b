import { readHeader } from "./header.js";

const ESCAPE = "\u001b";
/** Colours and the erasing of a line's rest, as diff, grep and git print them for a terminal. */
const COLOUR = /\u001b\[[\d;]*[mK]/g;
const COLOURED_START = /^\u001b\[[\d;]*[mK]/;
const FEWEST_COLOURED = 2;

/** Lines start or end with colours, and no header stands there that is in order. */
export function isColoured(start: string): boolean {
  if (!start.includes(ESCAPE)) return false;
  const lines = start.split("\n").filter((line) => line.trim() !== "");
  const coloured = lines.filter((line) => COLOURED_START.test(line) || /\u001b\[[\d;]*[mK]\r?$/.test(line));
  const hasOwnHeader = lines.some((line) => readHeader(line.replace(/\r$/, ""))?.codes.length === 0);
  return coloured.length >= FEWEST_COLOURED && !hasOwnHeader;
}

export function withoutColours(bytes: Buffer): Buffer {
  return Buffer.from(bytes.toString("latin1").replaceAll(COLOUR, ""), "latin1");
}
