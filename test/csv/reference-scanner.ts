import { BOM, type RecordFlag, type Scanned, type ScannedField, type ScannedRecord } from "./scanning.js";

const [QUOTE, COMMA, LF, CR] = [0x22, 0x2c, 0x0a, 0x0d];

/** Where in a field the next byte stands. */
type State = "start" | "unquoted" | "quoted" | "after a quote" | "behind";

/**
 * The grammar that `src/csv/scan.ts` documents, one byte at a time with one state, as slow and plain as possible: values
 * are collected byte by byte, where the scanner keeps spans.
 */
export function referenceScan(input: Uint8Array): Scanned {
  const hasBom = BOM.every((byte, index) => input[index] === byte);
  const records: ScannedRecord[] = [];
  let start = hasBom ? BOM.length : 0;
  let state: State = "start";
  let flags = new Set<RecordFlag>();
  let fields: ScannedField[] = [];
  let text = "";
  let value: number[] = [];
  let isQuoted = false;
  let isEscaped = false;

  function decodeValue(): void {
    text += Buffer.from(value).toString();
    value = [];
  }
  function endField(): void {
    decodeValue();
    fields.push({ text, isQuoted, isEscaped });
    text = "";
    isQuoted = isEscaped = false;
    state = "start";
  }
  function endRecord(end: number): void {
    endField();
    const order: RecordFlag[] = ["stray quote", "broken quote", "bare CR", "unclosed"];
    const raised = order.filter((flag) => flags.has(flag));
    records.push({ byteOffset: start, byteLength: end - start, flags: raised, fields });
    start = end;
    flags = new Set();
    fields = [];
  }
  /** A byte outside quotes. */
  function outside(byte: number, at: number): void {
    if (byte === CR && input[at + 1] === LF) return;
    if (byte === COMMA || byte === LF) {
      if (byte === COMMA) endField();
      else endRecord(at + 1);
      return;
    }
    if (byte === CR) flags.add("bare CR");
    if (byte === QUOTE) flags.add("stray quote");
    if (state === "after a quote") {
      flags.add("broken quote");
      // The bytes before and behind a quote that goes do not make one character.
      decodeValue();
      state = "behind";
    }
    if (state === "start") state = "unquoted";
    value.push(byte);
  }

  for (let at = start; at < input.length; at += 1) {
    const byte = input[at] ?? 0;
    if (state === "start" && byte === QUOTE) {
      isQuoted = true;
      state = "quoted";
    } else if (state === "quoted") {
      if (byte === QUOTE) state = "after a quote";
      else value.push(byte);
    } else if (state === "after a quote" && byte === QUOTE) {
      isEscaped = true;
      value.push(QUOTE);
      state = "quoted";
    } else {
      outside(byte, at);
    }
  }
  if (state === "quoted") flags.add("unclosed");
  if (start < input.length) endRecord(input.length);
  return { hasBom, records };
}
