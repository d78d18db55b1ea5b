import { COLUMN_NAMES } from "../session/columns.js";

const HOPELESS_LENGTH = 4 * 1024 * 1024;
const HOPELESS_START = 16 * 1024;

/** A line of many megabytes that does not begin like a record: looking for one in all of it takes long, and finds nothing. */
export function isHopeless(text: string, delimiter: string): boolean {
  return (
    text.length > HOPELESS_LENGTH && text.slice(0, HOPELESS_START).split(delimiter).length < COLUMN_NAMES.length / 2
  );
}
