import { jsonMembers } from "./json.js";

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

/** Members to set by their names, as JSON texts; undefined removes one. */
export type JsonTexts = ReadonlyMap<string, string | undefined>;

/** @throws TypeError as `dumpsJson` */
export function jsonTexts(members: JsonObject): JsonTexts {
  return new Map(
    Object.entries(members).map(([name, value]) => [name, value === undefined ? undefined : dumpsJson(value)]),
  );
}

/**
 * A JSON object with some of its members replaced, added behind the others, or removed. All others stay as they are written,
 * numbers with all their digits.
 *
 * @param text a valid JSON object, or empty
 */
export function mergeJson(text: string, changes: JsonTexts): string {
  const left = new Map(changes);
  const members: string[] = [];
  for (const { key, start, valueStart, end } of text === "" ? [] : jsonMembers(text)) {
    if (!changes.has(key)) members.push(text.slice(start, end));
    else if (left.get(key) !== undefined) members.push(`${text.slice(start, valueStart)}${left.get(key) ?? ""}`);
    // A name that is there twice is there once then.
    left.delete(key);
  }
  for (const [name, value] of left) if (value !== undefined) members.push(`${dumpsString(name)}: ${value}`);
  return `{${members.join(", ")}}`;
}

function isArray(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}
