import { bytesOfText } from "../csv/latin1.js";
import { isUtf8 } from "node:buffer";
import { kindOf } from "../check/values.js";
import { SessionsError } from "../errors.js";
import { jsonEntries } from "../session/json.js";
import type { IncomingSession } from "../store/store.js";
import type { ColumnMapping, Targets } from "./column-mapping.js";
import type { ImportInput } from "./import-input.js";
import { jsonLines, jsonValues, type JsonPiece } from "./json-pieces.js";
import { LineCounter, type Refuse } from "./refusal.js";
import type { RowReader, RowReading } from "./row-reading.js";

/** Reads the objects of a JSON array or of JSON Lines; numbers keep all their digits, because their source text is taken. */
export class JsonRows {
  readonly #input: ImportInput;
  readonly #format: "json" | "jsonl";

  constructor(input: ImportInput, format: "json" | "jsonl") {
    this.#input = input;
    this.#format = format;
  }

  /** The keys of the first object; empty where there is none. */
  get names(): readonly string[] {
    for (const { bytes } of this.#pieces()) {
      const row = objectOf(bytes);
      return "reason" in row ? [] : row.map(([key]) => key);
    }
    return [];
  }

  /** @throws SessionsError INPUT_REFUSED where the text is cut; USAGE where a key has no column */
  *sessions(
    mapping: ColumnMapping,
    rows: RowReader,
    refuse: Refuse,
    onRead?: (done: number, total: number) => void,
  ): Generator<IncomingSession> {
    const lines = new LineCounter(this.#input);
    let number = 0;
    for (const { byteOffset, bytes } of this.#pieces()) {
      number += 1;
      if (number % 1000 === 0) onRead?.(byteOffset, this.#input.byteLength);
      const reading = readRow(bytes, mapping, rows, `record ${number}`);
      if (!("reason" in reading)) yield reading;
      else {
        const raw = Buffer.from(bytes).toString("utf8");
        refuse({ line: lines.lineAt(byteOffset), reason: reading.reason, raw: raw.replace(/\r$/, "") });
      }
    }
  }

  #pieces(): Generator<JsonPiece> {
    return this.#format === "jsonl" ? jsonLines(this.#input) : jsonValues(this.#input);
  }
}

const HALF_CHARACTER = /\p{Surrogate}/u;

type Entries = readonly (readonly [key: string, source: string])[];

function readRow(bytes: Uint8Array, mapping: ColumnMapping, rows: RowReader, origin: string): RowReading {
  const entries = objectOf(bytes);
  if ("reason" in entries) return entries;
  const targets = targetsOf(entries, mapping, origin);
  if ("reason" in targets) return targets;
  const texts: string[] = [];
  for (const [place, [, source]] of entries.entries()) {
    const column = targets[place];
    const text = column === undefined ? "" : textOf(column, source);
    if (typeof text !== "string") return text;
    texts.push(text);
  }
  return rows.read(targets, texts, origin);
}

function objectOf(bytes: Uint8Array): Entries | { readonly reason: string } {
  if (!isUtf8(bytes)) return { reason: "it holds bytes that are not UTF-8" };
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
  try {
    JSON.parse(text);
  } catch (error) {
    // The message may quote the text at any length.
    return { reason: `it is no JSON: ${(error instanceof Error ? error.message : String(error)).slice(0, 80)}` };
  }
  if (!text.trimStart().startsWith("{")) return { reason: "it is JSON, but no object" };
  const entries = Array.from(jsonEntries(text));
  if (new Set(entries.map(([key]) => key)).size < entries.length) return { reason: "a key stands in it twice" };
  return entries;
}

/** Columns that cannot be told apart in one object are that row's fault, others the caller's. */
function targetsOf(entries: Entries, mapping: ColumnMapping, origin: string): Targets | { readonly reason: string } {
  try {
    return mapping.targets(entries.map(([key]) => key));
  } catch (error) {
    if (!(error instanceof SessionsError)) throw error;
    throw new SessionsError(error.code, { ...error.details, reason: `${error.details.reason ?? ""} (${origin})` });
  }
}

/** The text of a column for a JSON value, as bytes in Latin-1. */
function textOf(column: string, source: string): string | { readonly reason: string } {
  const text = plainText(column, source);
  if (typeof text !== "string") return text;
  if (HALF_CHARACTER.test(text)) return { reason: `${column} holds half of a character` };
  return bytesOfText(text);
}

function plainText(column: string, source: string): string | { readonly reason: string } {
  if (source === "null") return "";
  if (source.startsWith('"')) return JSON.parse(source) as string;
  const isContainer = source.startsWith("{") || source.startsWith("[");
  const kind = kindOf(column);
  if (isContainer && (kind === "id" || kind === "time"))
    return { reason: `${column} is ${source.slice(0, 1)}…, no text` };
  return isContainer && /[\r\n]/.test(source) ? onOneLine(source) : source;
}

/** JSON that was laid out over lines, as Python's json.dumps writes it. */
function onOneLine(source: string): string {
  return source.replaceAll(
    /("[^"\\]*(?:\\.[^"\\]*)*")|([,:])|\s+/g,
    (_whole, string: string | undefined, mark: string | undefined) => string ?? (mark === undefined ? "" : `${mark} `),
  );
}
