import { COLUMN_NAMES, NEW_FILE_HEADER, type ColumnName } from "../session/columns.js";
import { jsonEntries } from "../session/json.js";
import { encodeField } from "./encode.js";
import { readJsonObject } from "./json-text.js";

/** So many of our columns make a record of an object. */
const ENOUGH_KEYS = 4;

/**
 * The objects of a JSON text (an array, one object a line, or inside of another object) as CSV with the usual header.
 * Text between them that is no mere punctuation follows as lines, so that nothing is lost.
 *
 * @returns undefined where there is no object with our columns
 */
export function recordsOfJson(bytes: Buffer): Buffer | undefined {
  const text = bytes.toString("latin1");
  const lines: string[] = [];
  let count = 0;
  let rest = "";
  for (let at = 0; at < text.length;) {
    const brace = text.indexOf("{", at);
    if (brace === -1) {
      rest += text.slice(at);
      break;
    }
    rest += text.slice(at, brace);
    const object = readJsonObject(text, brace);
    const record = object === undefined ? undefined : recordOf(object.json);
    if (object === undefined || record === undefined) {
      rest += "{";
      at = brace + 1;
      continue;
    }
    lines.push(...remains(rest), record);
    rest = "";
    count += 1;
    at = object.end;
  }
  if (count === 0) return undefined;
  return Buffer.from(`${NEW_FILE_HEADER}${[...lines, ...remains(rest)].join("")}`, "latin1");
}

function recordOf(json: string): string | undefined {
  const values = new Map<string, string>();
  for (const [key, value] of jsonEntries(json)) {
    const name = COLUMN_NAMES.find((column) => lettersOf(column) === lettersOf(key));
    if (name !== undefined) values.set(name, valueOf(name, value));
  }
  if (values.size < ENOUGH_KEYS) return undefined;
  return `${COLUMN_NAMES.map((name) => encodeField(values.get(name) ?? "")).join(",")}\r\n`;
}

function valueOf(name: ColumnName, json: string): string {
  if (json === "null") return "";
  if (!json.startsWith('"')) return json;
  // The text is UTF-8 as Latin-1; what escapes stand for becomes UTF-8 too.
  const utf8 = Buffer.from(json, "latin1").toString("utf8");
  const value = Buffer.from(JSON.parse(utf8) as string, "utf8").toString("latin1");
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

function lettersOf(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z]/g, "");
}
