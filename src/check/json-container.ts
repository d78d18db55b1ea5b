import { isUtf8 } from "node:buffer";
import { bytesOfText } from "../csv/latin1.js";
import { COLUMN_NAMES, type ColumnName } from "../session/columns.js";
import { jsonEntries } from "../session/json.js";
import { encodeField } from "./encode.js";
import { readJsonObject } from "./json-text.js";

/** So many of our columns make a record of an object. */
const ENOUGH_KEYS = 4;
const LONGEST_JSON = 256 * 1024 * 1024;
/** Objects that are none of ours, or broken: each of them is read again from its next brace on. */
const MOST_FAILURES = 500;

type Values = ReadonlyMap<string, string>;

/**
 * The objects of a JSON text (an array, one object a line, or inside of another object) as CSV with the usual header, keys
 * that are not ours as further columns. Text between them that is no mere punctuation follows as lines, so that nothing
 * is lost.
 *
 * @returns undefined where there is no object with our columns
 */
export function recordsOfJson(bytes: Buffer): Buffer | undefined {
  if (bytes.length > LONGEST_JSON) return undefined;
  const text = bytes.toString("latin1");
  const parts: (Values | string)[] = [];
  const names = new Set<string>(COLUMN_NAMES);
  let rest = "";
  let failures = 0;
  for (let at = 0; at < text.length;) {
    const brace = text.indexOf("{", at);
    rest += text.slice(at, brace === -1 ? text.length : brace);
    if (brace === -1) break;
    const object = readJsonObject(text, brace);
    const values = object === undefined ? undefined : valuesOf(object.json);
    if (object === undefined || values === undefined) {
      rest += "{";
      at = brace + 1;
      failures += 1;
      if (failures > MOST_FAILURES) return undefined;
      continue;
    }
    for (const name of values.keys()) names.add(name);
    parts.push(...remains(rest), values);
    rest = "";
    at = object.end;
  }
  if (parts.length === 0) return undefined;
  const lines = [...parts, ...remains(rest)].map((part) => (typeof part === "string" ? part : lineOf(part, names)));
  return Buffer.from(`${fieldsOf([...names])}${lines.join("")}`, "latin1");
}

function lineOf(values: Values, names: ReadonlySet<string>): string {
  return fieldsOf([...names].map((name) => values.get(name) ?? ""));
}

function fieldsOf(values: readonly string[]): string {
  return `${values.map((value) => encodeField(value)).join(",")}\r\n`;
}

/** The values of an object by the names of columns; undefined where hardly any is ours. */
function valuesOf(json: string): Values | undefined {
  const values = new Map<string, string>();
  let ours = 0;
  const bytes = Buffer.from(json, "latin1");
  const isText = isUtf8(bytes);
  const entries = [...jsonEntries(isText ? bytes.toString("utf8") : json)];
  const keys = new Set(entries.map(([key]) => key));
  for (const [key, value] of entries) {
    const isNamed = (name: string): boolean => name === key || (!keys.has(name) && lettersOf(name) === lettersOf(key));
    const column = COLUMN_NAMES.find(isNamed);
    const isOurs = column !== undefined && !values.has(column);
    if (isOurs) ours += 1;
    const name = isText ? bytesOfText(key) : key.replaceAll(/[^\0-\u00ff]+/g, bytesOfText);
    values.set(isOurs ? column : name, valueOf(column, isText ? bytesOfText(value) : value));
  }
  return ours < ENOUGH_KEYS ? undefined : values;
}

function valueOf(name: ColumnName | undefined, json: string): string {
  if (json === "null") return "";
  if (!json.startsWith('"')) return json;
  const value = json.includes("\\") ? unescaped(json) : json.slice(1, -1);
  return value === "null" && name !== "metadata" ? "" : value;
}

const OUTER_KEYS = /^(?:"\w+" ?: ?(?:\d+|"\w*"|true|false|null)? ?){1,8}$/;
const LONGEST_OUTER_KEYS = 256;

/** What stands around objects, other than punctuation and keys of an outer object. */
function remains(text: string): string[] {
  const bare = text.replaceAll(/[\s,[\]{}]+|^\u00ef\u00bb\u00bf/g, " ").trim();
  if (bare === "" || (bare.length <= LONGEST_OUTER_KEYS && OUTER_KEYS.test(bare))) return [];
  return [`${bare}\r\n`];
}

/** Those of a pair of surrogates stand for one character. */
const ESCAPES = /(?:\\u[0-9a-fA-F]{4})+|\\./g;

function lettersOf(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]/g, "");
}

/** The value of a JSON string in UTF-8 as Latin-1; bytes of it that are no UTF-8 stay what they are. */
function unescaped(json: string): string {
  const bytes = Buffer.from(json, "latin1");
  if (isUtf8(bytes)) return bytesOfText(JSON.parse(bytes.toString("utf8")) as string);
  return json.slice(1, -1).replaceAll(ESCAPES, (escapes) => bytesOfText(JSON.parse(`"${escapes}"`) as string));
}
