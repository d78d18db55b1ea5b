import { jsonEntries } from "./json.js";

/** What JSON can hold. */
export type JsonValue =
  string | number | boolean | null | readonly JsonValue[] | { readonly [name: string]: JsonValue | undefined };

export type JsonObject = Readonly<Record<string, JsonValue | undefined>>;

/**
 * A value as Python's `json.dumps` writes it: `", "` and `": "` between parts, `\uXXXX` for what is not printable ASCII.
 * Members that are undefined are left out.
 *
 * @throws TypeError for what JSON cannot hold: numbers that are not finite, cycles, bigints, functions
 */
export function dumpsJson(value: JsonValue): string {
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "string") return dumpsString(value);
  if (typeof value === "number") {
    if (!Number.isFinite(value)) throw new TypeError(`${value} is no JSON number`);
    return JSON.stringify(value);
  }
  if (isArray(value)) return `[${value.map(dumpsJson).join(", ")}]`;
  if (typeof value !== "object") throw new TypeError(`a ${typeof value} is no JSON value`);
  const members = Object.entries(value).filter((member): member is [string, JsonValue] => member[1] !== undefined);
  return `{${members.map(([name, member]) => `${dumpsString(name)}: ${dumpsJson(member)}`).join(", ")}}`;
}

/** A string as `json.dumps` writes it. */
export function dumpsString(text: string): string {
  return escapeBeyondAscii(JSON.stringify(text));
}

/** Python's json writes U+007F as an escape too. */
export function escapeBeyondAscii(json: string): string {
  return json.replaceAll(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/**
 * A JSON object with some of its members replaced, added behind the others, or, where they are undefined, removed. The values
 * of all others stay as they are written, numbers with all their digits.
 *
 * @param text a valid JSON object, or empty
 * @throws TypeError as `dumpsJson`
 */
export function mergeJson(text: string, members: JsonObject): string {
  const merged = new Map(text.trim() === "" ? [] : jsonEntries(text));
  for (const [name, value] of Object.entries(members)) {
    if (value === undefined) merged.delete(name);
    else merged.set(name, dumpsJson(value));
  }
  return `{${Array.from(merged, ([name, source]) => `${dumpsString(name)}: ${source}`).join(", ")}}`;
}

function isArray(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}
