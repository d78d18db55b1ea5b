/** A value that Python's `json` module can write. Integers beyond 2^53 are bigints; fractions are from 0.0001 to 2^53. */
type JsonValue = string | number | bigint | boolean | null | readonly JsonValue[] | JsonObject;
/** Its keys are plain ASCII words, which nothing in JSON or CSV makes it escape. */
export interface JsonObject {
  readonly [key: string]: JsonValue;
}

/** How `json.dumps` was called. */
export interface JsonStyle {
  /** `ensure_ascii`: whether everything beyond ASCII is written as `\uXXXX`. */
  readonly escapeNonAscii: boolean;
  /** `indent=1`: each item on a line of its own, the lines parted by this text; undefined for all on one line. */
  readonly lineBreak?: "\n" | "\r\n" | undefined;
}

/**
 * The object's text from Python's `json.dumps`, made into a CSV field as `csv.writer` does: in quotes, those inside it
 * doubled. Both at once, as doubling them afterwards would be the slowest step of all.
 */
export function encodeJsonField(value: JsonObject, style: JsonStyle): string {
  const json = encodeJson(value, style, 1);
  return json === "{}" ? json : `"${json}"`;
}

function encodeJson(value: JsonValue, style: JsonStyle, depth: number): string {
  if (typeof value === "string") return encodeString(value, style.escapeNonAscii);
  if (value === null || typeof value !== "object") return String(value);
  const inner = style.lineBreak === undefined ? "" : style.lineBreak + " ".repeat(depth);
  const outer = inner.slice(0, -1);
  const separator = inner === "" ? ", " : `,${inner}`;
  let items = "";
  if (isList(value)) {
    for (const item of value) items += (items === "" ? inner : separator) + encodeJson(item, style, depth + 1);
    return items === "" ? "[]" : `[${items}${outer}]`;
  }
  for (const key in value) {
    const item = encodeJson(value[key] ?? null, style, depth + 1);
    items += `${items === "" ? inner : separator}""${key}"": ${item}`;
  }
  return items === "" ? "{}" : `{${items}${outer}}`;
}

const SHORT_ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\""',
  "\\": "\\\\",
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
};

function encodeString(text: string, escapeNonAscii: boolean): string {
  if (/^[ !#-[\]-~]*$/.test(text)) return `""${text}""`;
  const escaped = text.replace(escapeNonAscii ? /[^ !#-[\]-~]/g : /[^ -\uffff]|["\\]/g, escapeUnit);
  return `""${escaped}""`;
}

/** Escapes one UTF-16 code unit, as Python does: a character beyond U+FFFF is two of them. */
function escapeUnit(unit: string): string {
  return SHORT_ESCAPES[unit] ?? `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

// Array.isArray does not narrow a readonly array away from the other branch.
function isList(value: readonly JsonValue[] | JsonObject): value is readonly JsonValue[] {
  return Array.isArray(value);
}
