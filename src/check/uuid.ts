const SOURCE = "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}";

/** A UUID anywhere in a text. */
export const UUID = new RegExp(SOURCE);
/** Every place where one starts and nothing stands before it that could be a part of it. */
export const UUIDS = new RegExp(`(?<![0-9a-fA-F])(?=${SOURCE})`, "g");
/** A text that starts with one, quotes and spaces before it left out. */
export const UUID_START = new RegExp(`^["'\\s]*${SOURCE}(?![0-9a-fA-F-])`);
const WHOLE = new RegExp(`^${SOURCE}$`);

export function isUuid(text: string): boolean {
  return WHOLE.test(text);
}
