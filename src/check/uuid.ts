import { UUID_SOURCE } from "../session/uuid.js";

/** A UUID anywhere in a text. */
export const UUID = new RegExp(UUID_SOURCE);
/** Every place where one starts and nothing stands before it that could be a part of it. */
export const UUIDS = new RegExp(`(?<![0-9a-fA-F])(?=${UUID_SOURCE})`, "g");
/** A text that starts with one, quotes and spaces before it left out. */
export const UUID_START = new RegExp(`^["'\\s]*${UUID_SOURCE}(?![0-9a-fA-F-])`);

const LONGEST_PREFIX = 512;

/**
 * A UUID stands in a text behind something that is no part of an id: the end of another value, a quote, a bracket. A word
 * with a dash or an underscore behind it, such as `chat-`, makes an id of its own.
 */
export function hasTextBeforeUuid(text: string): boolean {
  const before = text.slice(0, text.slice(0, LONGEST_PREFIX).search(UUID) === -1 ? 0 : text.search(UUID));
  const bare = before.replace(/^["'\s\0]+/, "");
  return bare !== "" && (/["{}[\]]/.test(bare) || /[0-9a-zA-Z]$/.test(bare));
}
