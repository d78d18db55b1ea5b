import { jsonDepth, jsonMembers } from "./json.js";
import { dumpsString } from "./json-string.js";
import { RawJson } from "./raw-json.js";

/** What JSON can hold. */
export type JsonValue =
  string | number | boolean | null | readonly JsonValue[] | { readonly [name: string]: JsonValue | undefined };

export type JsonObject = Readonly<Record<string, JsonValue | undefined>>;

/** What can be written as JSON: values, and texts that are JSON already. */
export type JsonInput = JsonValue | RawJson | readonly JsonInput[] | { readonly [name: string]: JsonInput | undefined };

export type JsonInputObject = Readonly<Record<string, JsonInput | undefined>>;

/**
 * A value as Python's `json.dumps` writes it: `", "` and `": "` between parts, `\uXXXX` for what is not printable ASCII.
 * Members that are undefined are left out.
 *
 * @throws TypeError for what JSON cannot hold: numbers that are not finite, holes and undefined in arrays, cycles, bigints, functions,
 * objects of a class (a Date, a Map), of which some or all would be lost, more than 500 levels
 */
export function dumpsJson(value: JsonInput): string {
  return dumpsAt(0, value);
}

/** Readers of the file take about a thousand levels, in which a value stands some levels deep already. */
const MOST_LEVELS = 500;

function dumpsAt(level: number, value: JsonInput): string {
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "string") return dumpsString(value);
  if (typeof value === "number") {
    if (!Number.isFinite(value)) throw new TypeError(`${value} is no JSON number`);
    return JSON.stringify(value);
  }
  const levels = level + (value instanceof RawJson ? jsonDepth(value.text) : 1);
  if (levels > MOST_LEVELS) throw new TypeError(`JSON may have ${MOST_LEVELS} levels`);
  if (value instanceof RawJson) return value.text;
  if (isArray(value)) return `[${Array.from(value, (element) => dumpsAt(level + 1, element)).join(", ")}]`;
  requirePlainObject(value);
  const members = Object.entries(value).filter((member): member is [string, JsonInput] => member[1] !== undefined);
  return `{${members.map(([name, member]) => `${dumpsString(name)}: ${dumpsAt(level + 1, member)}`).join(", ")}}`;
}

/** Members to set by their names, as JSON texts; undefined removes one. */
export type JsonTexts = ReadonlyMap<string, string | undefined>;

/** @throws TypeError as `dumpsJson`, and for members that are no object */
export function jsonTexts(members: JsonInputObject): JsonTexts {
  requirePlainObject(members);
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

/** Those of another realm, such as a `vm` context, are plain too. */
function requirePlainObject(value: unknown): void {
  if (typeof value !== "object" || value === null) {
    throw new TypeError(`${value === null ? "null" : `a value of the type ${typeof value}`} is no JSON object`);
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === null || Object.getPrototypeOf(prototype) === null) return;
  const { name } = value.constructor;
  throw new TypeError(`an object of the class ${name} is no JSON value; give a plain object, an array or a text`);
}

function isArray(value: JsonInput): value is readonly JsonInput[] {
  return Array.isArray(value);
}
