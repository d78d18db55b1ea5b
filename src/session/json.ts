import { dumpsString } from "./json-string.js";

/**
 * The source text of the value at a path inside a JSON text: `jsonAt('{"a":{"b":10000000000000000001}}', ["a","b"])` is
 * `10000000000000000001`, with all its digits, which `JSON.parse` would round.
 *
 * @param text valid JSON
 * @param path keys of objects and indexes of arrays, outermost first
 * @returns undefined where there is no such key; of a repeated key the last one counts, as for JSON.parse
 */
export function jsonAt(text: string, path: readonly string[]): string | undefined {
  let span: Span | undefined = trim(text, { start: 0, end: text.length });
  for (const key of path) {
    span = member(text, span, key);
    if (span === undefined) return undefined;
  }
  return text.slice(span.start, span.end);
}

/** The keys of a JSON object with the source text of their values, in order; empty for any other value. */
export function* jsonEntries(text: string): Generator<[string, string]> {
  const span = trim(text, { start: 0, end: text.length });
  if (text[span.start] !== "{") return;
  for (const { key, valueStart, end } of members(text, span)) yield [key, text.slice(valueStart, end)];
}

/** A member of a JSON object, in the text. */
export interface JsonMember {
  readonly key: string;
  /** Where it starts, with its key. */
  readonly start: number;
  readonly valueStart: number;
  readonly end: number;
}

/** The members of a JSON object in their order; none of any other value. @param text valid JSON */
export function jsonMembers(text: string): JsonMember[] {
  const span = trim(text, { start: 0, end: text.length });
  if (text[span.start] !== "{") return [];
  return members(text, span);
}

/** What `mapJson` asks for a JSON text's parts. */
export interface JsonMapping {
  /** The name of a member, decoded. @returns the name to write */
  name(name: string): string;
  /** A string or number as it stands in the text. @param key of the member that it is, or is an element of */
  leaf(source: string, key: string): string;
}

/** A JSON text with other names, strings and numbers, everything else as it stands. @param text valid JSON */
export function mapJson(text: string, mapping: JsonMapping): string {
  const pieces: string[] = [];
  const outerKeys: string[] = [];
  let key = "";
  let copied = 0;
  const replace = (start: number, end: number, by: string): void => {
    pieces.push(text.slice(copied, start), by);
    copied = end;
  };
  for (let at = 0; at < text.length;) {
    const start = at;
    const character = text[start] ?? "";
    if (character === '"') {
      at = skipString(text, start);
      const source = text.slice(start, at);
      // Behind a value no colon can stand.
      if (text[skipSpace(text, at)] === ":") {
        key = JSON.parse(source) as string;
        replace(start, at, JSON.stringify(mapping.name(key)));
      } else replace(start, at, mapping.leaf(source, key));
    } else if (/[-\d]/.test(character)) {
      at = skipValue(text, start);
      replace(start, at, mapping.leaf(text.slice(start, at), key));
    } else {
      if (character === "{" || character === "[") outerKeys.push(key);
      if (character === "}" || character === "]") key = outerKeys.pop() ?? "";
      at += 1;
    }
  }
  return pieces.join("") + text.slice(copied);
}

/** How many objects and arrays of a JSON text lie in each other, at most. */
export function jsonDepth(text: string): number {
  let [depth, deepest] = [0, 0];
  for (let at = 0; at < text.length;) {
    const character = text[at];
    if (character === '"') {
      at = skipString(text, at);
      continue;
    }
    if (character === "{" || character === "[") deepest = Math.max(deepest, (depth += 1));
    else if (character === "}" || character === "]") depth -= 1;
    at += 1;
  }
  return deepest;
}

/**
 * A JSON text as Python's `json.dumps` would write its value, but for the numbers, which stay as they are written.
 * @param text valid JSON, nested as deeply as it may be
 */
export function respaceJson(text: string): string {
  const pieces: string[] = [];
  for (let at = skipSpace(text, 0); at < text.length; at = skipSpace(text, at)) {
    const start = at;
    const character = text[at] ?? "";
    if (character === '"') {
      at = skipString(text, at);
      pieces.push(dumpsString(JSON.parse(text.slice(start, at)) as string));
    } else if (/[-\w]/.test(character)) {
      at = skipValue(text, at);
      pieces.push(text.slice(start, at));
    } else {
      at += 1;
      pieces.push(character === "," || character === ":" ? `${character} ` : character);
    }
  }
  return pieces.join("");
}

/** The elements of a JSON array, each with its index; empty for any other value. */
export function* jsonElements(text: string): Generator<[string, string]> {
  const span = trim(text, { start: 0, end: text.length });
  if (text[span.start] !== "[") return;
  for (const { key, valueStart, end } of members(text, span)) yield [key, text.slice(valueStart, end)];
}

interface Span {
  readonly start: number;
  readonly end: number;
}

function member(text: string, container: Span, key: string): Span | undefined {
  const opening = text[container.start];
  if (opening !== "{" && opening !== "[") return undefined;
  const found = members(text, container).findLast((entry) => entry.key === key);
  return found && { start: found.valueStart, end: found.end };
}

/** A member of an object, or an element of an array, which has no key in the text. */
interface Member extends JsonMember {
  readonly keyText: string | undefined;
}

/** Members of the object, or elements of the array with their index as key. The text is known to be valid. */
function members(text: string, container: Span): Member[] {
  const found: Member[] = [];
  const isObject = text[container.start] === "{";
  let at = skipSpace(text, container.start + 1);
  for (let index = 0; at < container.end - 1; index += 1) {
    let keyText: string | undefined;
    const start = at;
    if (isObject) {
      const keyEnd = skipString(text, at);
      keyText = text.slice(at, keyEnd);
      at = skipSpace(text, skipSpace(text, keyEnd) + 1);
    }
    const end = skipValue(text, at);
    const key = keyText === undefined ? String(index) : stringValue(keyText);
    found.push({ key, keyText, start, valueStart: at, end });
    at = skipSpace(text, skipSpace(text, end) + 1);
  }
  return found;
}

function stringValue(source: string): string {
  return source.includes("\\") ? (JSON.parse(source) as string) : source.slice(1, -1);
}

function skipValue(text: string, at: number): number {
  const opening = text[at];
  if (opening === '"') return skipString(text, at);
  if (opening !== "{" && opening !== "[") {
    while (at < text.length && !/[\s,\]}]/.test(text[at] ?? "")) at += 1;
    return at;
  }
  let depth = 0;
  while (at < text.length) {
    const character = text[at];
    if (character === '"') {
      at = skipString(text, at);
      continue;
    }
    at += 1;
    if (character === "{" || character === "[") depth += 1;
    if ((character === "}" || character === "]") && --depth === 0) return at;
  }
  return at;
}

function skipString(text: string, at: number): number {
  for (let end = text.indexOf('"', at + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let backslashes = 0;
    while (text.charCodeAt(end - 1 - backslashes) === BACKSLASH) backslashes += 1;
    if (backslashes % 2 === 0) return end + 1;
  }
  return text.length;
}

function skipSpace(text: string, at: number): number {
  while (isSpace(text.charCodeAt(at))) at += 1;
  return at;
}

const BACKSLASH = 0x5c;

/** @param unit NaN is none */
function isSpace(unit: number): boolean {
  return unit === 0x20 || unit === 0x0a || unit === 0x0d || unit === 0x09;
}

function trim(text: string, { start, end }: Span): Span {
  start = skipSpace(text, start);
  while (end > start && /[ \t\r\n]/.test(text[end - 1] ?? "")) end -= 1;
  return { start, end };
}

/** A JSON text laid out over lines, two spaces a level; numbers and strings stay as they are written. */
export function layOutJson(text: string): string[] {
  return layOut(text, trim(text, { start: 0, end: text.length }), "").split("\n");
}

function layOut(text: string, span: Span, indent: string): string {
  const opening = text[span.start];
  if (opening !== "{" && opening !== "[") return text.slice(span.start, span.end);
  const inner = `${indent}  `;
  const lines: string[] = [];
  for (const { keyText, valueStart, end } of members(text, span)) {
    const value = layOut(text, { start: valueStart, end }, inner);
    lines.push(`${inner}${keyText === undefined ? "" : `${keyText}: `}${value}`);
  }
  const closing = opening === "{" ? "}" : "]";
  return lines.length === 0 ? `${opening}${closing}` : `${opening}\n${lines.join(",\n")}\n${indent}${closing}`;
}
