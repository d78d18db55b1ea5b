import { isAscii, isUtf8 } from "node:buffer";
import { bytesOfText } from "../csv/latin1.js";
import type { ColumnName } from "../session/columns.js";
import { isRoundedNumber } from "../session/id-text.js";
import type { DiagnosticCode } from "./diagnostic.js";
import { withoutEdgeQuotes } from "./edge-quotes.js";
import { withoutEntities } from "./json-cell.js";
import { readJsonObject } from "./json-text.js";
import { readTime, type DateOrder } from "./times.js";
import { isUuid } from "../session/uuid.js";

/** How a value is read, and what may be done to make it one. */
export interface ValueRules {
  readonly lossy: boolean;
  /** The text is UTF-16 inside of other text: every other byte is NUL. */
  readonly isUtf16?: boolean;
  /** Asked only for bytes that may be letters of Windows-1252: absent, they are. */
  readonly isWindows1252?: () => boolean;
  /** Asked only for a date that needs it: finding it out may mean reading the file. */
  readonly dateOrder: () => DateOrder;
}

/** A value as it should stand, or why there is none. Text is the bytes of UTF-8 as Latin-1. */
export type ValueReading =
  | { readonly value: string; readonly codes: readonly DiagnosticCode[]; readonly isLossy?: boolean }
  | { readonly fault: DiagnosticCode; readonly reason: string };

/** Values that are ids: text that must not be empty. */
const IDS: ReadonlySet<string> = new Set<ColumnName>(["session_id", "user_id", "platform", "thread_id"]);
const TIMES: ReadonlySet<string> = new Set<ColumnName>(["created_at", "last_activity"]);
const JSON_COLUMNS: ReadonlySet<string> = new Set<ColumnName>(["pending_approval", "metadata"]);

export type ColumnKind = "id" | "time" | "json" | "other";

export function kindOf(column: string): ColumnKind {
  if (IDS.has(column)) return "id";
  if (TIMES.has(column)) return "time";
  return JSON_COLUMNS.has(column) ? "json" : "other";
}

/** Spaces, line breaks, no-break and ideographic spaces and byte order marks, in UTF-8. */
const PADDING_START = /^(?:[ \t\r\n]|\u00c2\u00a0|\u00e3\u0080\u0080|\u00ef\u00bb\u00bf)+/;
const PADDINGS = [" ", "\t", "\r", "\n", "\u00c2\u00a0", "\u00e3\u0080\u0080", "\u00ef\u00bb\u00bf"];

function withoutPadding(value: string): string {
  let end = value.length;
  for (let length = -1; length !== 0; end -= length) {
    length = PADDINGS.find((padding) => value.endsWith(padding, end))?.length ?? 0;
  }
  return value.slice(0, end).replace(PADDING_START, "");
}
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/;
const NUL = /\0/g;
const ABSENT = /^(?:None|NULL|Null|null|nan|NaN|<null>|\\N|undefined|""|'')$/;

/**
 * Reads one value.
 * @param column its name
 * @param text the field's value, without the quotes of CSV
 */
export function readValue(column: string, text: string, rules: ValueRules): ValueReading {
  const codes: DiagnosticCode[] = [];
  const kind = kindOf(column);
  if (kind === "other") return { value: text, codes };
  let value = text;
  if (value.includes("\0")) {
    const bare = withoutNuls(kind, value, rules);
    if (bare === undefined)
      return { fault: "nul-bytes", reason: `${column} holds NUL bytes in the place of something` };
    value = bare;
    codes.push("nul-bytes");
  }
  const trimmed = withoutPadding(value);
  if (trimmed !== value && kind !== "json") codes.push("padding");
  if (kind !== "json" || trimmed === "") value = trimmed;
  const decoded = decode(value, rules);
  if (decoded === undefined) {
    return {
      fault: "invalid-utf8",
      reason: `${column} holds bytes that are not UTF-8, and what they stand for is not certain`,
    };
  }
  if (decoded === value) return readText(column, kind, value, codes, rules);
  // Among the letters may have been spaces and quotes.
  const bare = kind === "json" ? decoded : withoutPadding(decoded);
  const unquoted = kind === "json" ? bare : (withoutEdgeQuotes(bare, ["curly"])?.text ?? bare);
  return readText(column, kind, unquoted, [...codes, "invalid-utf8"], rules);
}

function readText(
  column: string,
  kind: ColumnKind,
  value: string,
  codes: DiagnosticCode[],
  rules: ValueRules,
): ValueReading {
  if (kind === "id") return readId(column, value, codes);
  return kind === "time" ? readTimeValue(column, value, codes, rules) : readJsonValue(column, value, codes);
}

const FULL_TIME = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d{6})?$/;

/**
 * The value without its NUL bytes where nothing can be lost in their place: they stand around it, or what remains has a
 * length that proves it. Undefined where a NUL byte may have taken the place of a character.
 */
function withoutNuls(kind: ColumnKind, value: string, { isUtf16 }: ValueRules): string | undefined {
  const bare = value.replaceAll(NUL, "");
  const inner = value.replaceAll(/^\0+|\0+$/g, "");
  if (isUtf16 === true) return bare;
  // At its end an id may have had another character.
  if (kind === "id") return isUuid(bare) || value.replace(/^\0+/, "") === bare ? bare : undefined;
  if (inner === bare) return bare;
  if (kind === "time") return FULL_TIME.test(bare) ? bare : undefined;
  // Between the parts of JSON; in a string nobody knows.
  return readJsonObject(inner, 0)?.json;
}

function readId(column: string, value: string, codes: DiagnosticCode[]): ValueReading {
  if (value === "") return { fault: "missing-value", reason: `${column} is empty` };
  if (isRoundedNumber(value)) return { fault: "rounded-id", reason: `${column} stands in scientific notation` };
  if (CONTROL.test(value)) codes.push("control-character");
  return { value, codes };
}

function readTimeValue(column: string, value: string, codes: DiagnosticCode[], rules: ValueRules): ValueReading {
  const reading = readTime(value, /^\d{1,2}[-/.]/.test(value) ? rules.dateOrder() : undefined);
  if (reading === undefined) {
    const reason = value === "" ? `${column} is empty` : `${column} is no time that exists`;
    return { fault: "timestamp-invalid", reason };
  }
  if (reading.isLossy && !rules.lossy) {
    return { fault: "timestamp-format", reason: `what ${column} means exactly is lost` };
  }
  if (reading.isForeign) codes.push("timestamp-format");
  return { value: reading.text, codes, isLossy: reading.isLossy };
}

function readJsonValue(column: string, value: string, codes: DiagnosticCode[]): ValueReading {
  const text = value.trim();
  if (text === "" || text === "{}") return { value, codes };
  if (ABSENT.test(text)) return { value: "", codes: [...codes, "json-literal"] };
  for (const [candidate, code] of jsonCandidates(text)) {
    const found = readJsonObject(candidate, 0);
    const rest = found === undefined ? undefined : candidate.slice(found.end);
    if (found === undefined || rest === undefined || !/^[\s,;}\]]*$/.test(rest)) continue;
    if (code !== undefined) codes.push(code);
    if (found.isPython) codes.push("json-python");
    if (found.isSloppy || rest.trim() !== "") codes.push("json-invalid");
    if (found.isNotStandard) codes.push("json-not-standard");
    return { value: found.json === text ? value : found.json, codes };
  }
  const inner = innerObject(text);
  if (inner !== undefined) return { value: inner, codes: [...codes, "json-not-object"] };
  if (isOtherJson(text)) return { fault: "json-not-object", reason: `${column} is JSON, but no object` };
  return { fault: "json-invalid", reason: `${column} is not valid JSON` };
}

/** “ ” „ ‟ in UTF-8. */
const CURLY = /\u00e2\u0080[\u009c\u009d\u009e\u009f]/g;

/** The text of an object as it stands, and as it may have been meant. */
function* jsonCandidates(text: string): Generator<[string, DiagnosticCode?]> {
  const bare = text.replace(/^(?:\u00ef\u00bb\u00bf|\u00c2\u00a0|\u00e2\u0080\u008b)+/, "");
  yield bare === text ? [text] : [bare, "json-invalid"];
  if (/^b'.*'$|^b".*"$/s.test(text)) yield [text.slice(2, -1), "json-python"];
  if (/^\{\s*\\+"/.test(text)) yield [text.replaceAll('\\"', '"').replaceAll("\\\\", "\\"), "backslash-quotes"];
  if (/^\{\s*\u00e2\u0080/.test(text)) yield [text.replaceAll(CURLY, '"'), "smart-quotes"];
  if (/^\{\s*""/.test(text)) yield [text.replaceAll('""', '"'), "undoubled-quotes"];
  if (/^\{\s*&(?:quot|#34|#x22);/.test(text)) yield [withoutEntities(text), "undoubled-quotes"];
}

/** The first and the last character of an object, an array, a string, a number or a word. */
const OTHER_JSON_EDGES = /^(?:\{\}|\[\]|""|[-\d]\d|te|fe|nl)$/;

/** An object that was made text twice: a JSON string that holds an object. */
function innerObject(text: string): string | undefined {
  // Most texts are neither, and an error of JSON.parse takes long.
  if (!/^"\{[^]*\}"\s*$/.test(text)) return undefined;
  try {
    // Latin-1 stays Latin-1: escapes above it would not, and make the text unusable.
    const inner: unknown = JSON.parse(text);
    if (typeof inner !== "string" || /[^\u0000-\u00ff]/.test(inner)) return undefined;
    const found = readJsonObject(inner, 0);
    return found?.end === inner.length ? found.json : undefined;
  } catch {
    return undefined;
  }
}

function isOtherJson(text: string): boolean {
  const first = text.trimStart().charAt(0);
  const last = text.trimEnd().at(-1) ?? "";
  // What starts like one thing and ends like another is none, and an error of JSON.parse takes long.
  if (!OTHER_JSON_EDGES.test(first + last)) return false;
  if (first === '"' && !mayBeString(text.trim())) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** The second quote of a JSON string is its last character, or stands behind a backslash. */
function mayBeString(text: string): boolean {
  const quote = text.indexOf('"', 1);
  return quote !== -1 && (quote === text.length - 1 || text[quote - 1] === "\\");
}

/** Letters that Windows-1252 has where ISO 8859-1 has control characters; absent: it has none there. */
const WINDOWS_1252 = "€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ";
const NO_LETTER = /[\u0081\u008d\u008f\u0090\u009d]/;
const MULTI_BYTE = /[\u00c2-\u00f4][\u0080-\u00bf]/;
const THREE_HIGH = /[\u0080-\u00ff]{3}/;

/**
 * The value as UTF-8 where it is not: single bytes are letters of Windows-1252. Where they look like a part of a longer
 * UTF-8 character, or like another alphabet, there is no telling.
 * @returns undefined where what stood there is lost; with `lossy` U+FFFD in the place of it
 */
function decode(value: string, { lossy, isWindows1252 }: ValueRules): string | undefined {
  const bytes = Buffer.from(value, "latin1");
  if (isAscii(bytes) || isUtf8(bytes)) return value;
  const mayBe = !MULTI_BYTE.test(value) && !THREE_HIGH.test(value) && !NO_LETTER.test(value);
  if (mayBe && isWindows1252?.() !== false) {
    const text = value.replaceAll(/[\u0080-\u009f]/g, (byte) => WINDOWS_1252[byte.charCodeAt(0) - 0x80] ?? "");
    return bytesOfText(text);
  }
  return lossy ? Buffer.from(bytes.toString("utf8"), "utf8").toString("latin1") : undefined;
}
