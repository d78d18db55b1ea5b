import { constants, gunzipSync, inflateSync, type ZlibOptions } from "node:zlib";
import type { DiagnosticCode } from "./diagnostic.js";
import { fileOfZip } from "./zip.js";
import { foldedWidth, unfolded } from "./folded-lines.js";
import { foreignText } from "./foreign-text.js";
import { recordsOfJson } from "./json-container.js";
import { isColoured, withoutColours } from "./colours.js";
import { isShellQuoted, withoutShellQuotes } from "./shell-quotes.js";
import { withBreaks, writtenBreak } from "./written-breaks.js";
import { bytesSource, readBytes, type ByteSource } from "./byte-source.js";

/** What a file holds once it is decompressed and decoded, and what had to be done for that. */
export interface Content {
  /** Text that may be CSV; undefined where the file holds nothing that can be read. */
  readonly source: ByteSource | undefined;
  readonly steps: readonly ContentStep[];
}

export interface ContentStep {
  readonly code: DiagnosticCode;
  readonly message: string;
  /** Something of the content is lost. */
  readonly isCut?: boolean;
}

/** Decompressed content is at most so long: more is taken for an attack. */
const LONGEST_CONTENT = 1024 * 1024 * 1024;
const MOST_LAYERS = 4;

const SIGNATURES: readonly [string, DiagnosticCode, string][] = [
  ["BZh91AY&SY", "compressed", "bzip2-compressed: decompress it with: bzip2 -dc FILE | sessions repair - -o out.csv"],
  ["\u00fd7zXZ\0", "compressed", "xz-compressed: decompress it with: xz -dc FILE | sessions repair - -o out.csv"],
  [
    "\u0028\u00b5\u002f\u00fd",
    "compressed",
    "Zstandard-compressed: decompress it with: zstd -dc FILE | sessions repair - -o out.csv",
  ],
  ["7z\u00bc\u00af\u0027\u001c", "compressed", "a 7-Zip archive: extract it first"],
  ["Rar!\u001a\u0007", "compressed", "a RAR archive: extract it first"],
  ["SQLite format 3\0", "foreign-format", "an SQLite database"],
  [
    "\u00d0\u00cf\u0011\u00e0\u00a1\u00b1\u001a\u00e1",
    "foreign-format",
    "an old Excel workbook: save it as CSV UTF-8 from the spreadsheet program",
  ],
  ["PAR1\u0015", "foreign-format", "a Parquet file"],
  ["%PDF-", "foreign-format", "a PDF document"],
  ["\u007fELF", "foreign-format", "a program"],
  ["\u0089PNG", "foreign-format", "an image"],
  ["\u00ff\u00d8\u00ff", "foreign-format", "an image"],
  ["age-encryption.org/v1", "foreign-format", "encrypted with age: decrypt it first"],
  ["-----BEGIN ", "foreign-format", "encrypted or encoded as PEM"],
];

/** Takes what is around the text of a file away, layer by layer. */
export function openContent(source: ByteSource): Content {
  const steps: ContentStep[] = [];
  let current = source;
  while (true) {
    const start = readBytes(current, 0, 4096).toString("latin1");
    const foreign = SIGNATURES.find(([signature]) => start.startsWith(signature));
    if (foreign !== undefined) {
      return { source: undefined, steps: [...steps, { code: foreign[1], message: `the file is ${foreign[2]}` }] };
    }
    const text = foreignText(start);
    if (text !== undefined) {
      return { source: undefined, steps: [...steps, { code: "foreign-format", message: `the file is ${text}` }] };
    }
    const layer = steps.length < MOST_LAYERS ? unwrap(current, start) : undefined;
    if (layer === undefined) return { source: current, steps };
    steps.push(layer.step);
    if (layer.bytes === undefined) return { source: undefined, steps };
    current = bytesSource(layer.bytes);
  }
}

interface Layer {
  readonly step: ContentStep;
  /** What is inside; undefined where it cannot be read. */
  readonly bytes: Buffer | undefined;
}

function unwrap(source: ByteSource, start: string): Layer | undefined {
  const all = (): Buffer => readBytes(source, 0, source.byteLength);
  if (start.startsWith("\u001f\u008b")) return compressed("gzip", (options) => gunzipSync(all(), options));
  if (/^\u0078[\u0001\u005e\u009c\u00da]/.test(start) && (!start.includes(",") || CONTROL.test(start.slice(2)))) {
    return compressed("zlib", (options) => inflateSync(all(), options));
  }
  if (start.startsWith("PK\u0003\u0004")) return unzipped(all());
  const encoding = encodingOf(start);
  if (encoding !== undefined) {
    return {
      step: { code: "encoding", message: `the file is ${encoding.name}, not UTF-8` },
      bytes: encoding.decode(all()),
    };
  }
  if (DRAWN_START.test(start) && /session/i.test(start)) {
    const message = "the file is a table drawn with lines";
    return { step: { code: "delimiter", message }, bytes: withPlainBars(all()) };
  }
  if (/^(?:\u00ef\u00bb\u00bf)?\s*[[{]/.test(start)) {
    const records = recordsOfJson(all());
    if (records === undefined) return undefined;
    return { step: { code: "foreign-format", message: "the file is JSON, not CSV" }, bytes: records };
  }
  return printed(start, all) ?? unfoldedLines(source);
}

/** What a program printed for a terminal or a shell. */
function printed(start: string, all: () => Buffer): Layer | undefined {
  if (isColoured(start)) {
    const message = "the file holds the colours of a terminal";
    return { step: { code: "line-prefix", message }, bytes: withoutColours(all()) };
  }
  const unquoted = isShellQuoted(start) ? withoutShellQuotes(all()) : undefined;
  if (unquoted !== undefined) {
    return { step: { code: "row-in-quotes", message: "the file is one word in quotes of a shell" }, bytes: unquoted };
  }
  const written = writtenBreak(start);
  if (written === undefined) return undefined;
  const message = "the lines of the file end with text that stands for a line break";
  return { step: { code: "line-ending", message }, bytes: withBreaks(all(), written) };
}

const LOOK_AT_LINES_BYTES = 64 * 1024;

function unfoldedLines(source: ByteSource): Layer | undefined {
  const start = readBytes(source, 0, LOOK_AT_LINES_BYTES).toString("latin1");
  const width = foldedWidth(start, source.byteLength === start.length);
  if (width === undefined) return undefined;
  const message = `all lines of the file were broken after ${width} characters, as fold -w ${width} does`;
  return {
    step: { code: "split-record", message },
    bytes: unfolded(readBytes(source, 0, source.byteLength), width),
  };
}

/** What a longer compressed stream is sure to hold, and text is not. */
const CONTROL = /[\u0000-\u0008\u000e-\u001a]/;

/** │ in UTF-8. */
const DRAWN_START = /^\s*\u00e2(?:\u0094|\u0095)[\u0080-\u00bf]/;
const DRAWN_BAR = "\u00e2\u0094\u0082";
/** ─ and the corners and crossings of light lines. */
const DRAWN_LINE = /\u00e2\u0094[\u0080-\u00bf]|\u00e2\u0095[\u0080-\u00bf]/g;

function withPlainBars(bytes: Buffer): Buffer {
  const text = bytes.toString("latin1").replaceAll(DRAWN_LINE, (drawn) => (drawn === DRAWN_BAR ? "|" : "-"));
  return Buffer.from(text, "latin1");
}

const LIMITS = { maxOutputLength: LONGEST_CONTENT } as const;
/** Of a stream that was cut, what is there is taken. */
const CUT = { ...LIMITS, finishFlush: constants.Z_SYNC_FLUSH } as const;

function compressed(name: string, decompress: (options: ZlibOptions) => Buffer): Layer {
  const message = `the file is ${name}-compressed`;
  try {
    return { step: { code: "compressed", message }, bytes: decompress(LIMITS) };
  } catch {
    return cutStream(message, decompress);
  }
}

function cutStream(message: string, decompress: (options: ZlibOptions) => Buffer): Layer {
  try {
    const bytes = decompress(CUT);
    const step = { code: "compressed", message: `${message}, and breaks off or is damaged`, isCut: true } as const;
    return { step, bytes: bytes.length === 0 ? undefined : bytes };
  } catch {
    return { step: { code: "compressed", message: `${message}, and cannot be decompressed` }, bytes: undefined };
  }
}

function unzipped(archive: Buffer): Layer {
  const file = fileOfZip(archive);
  if (typeof file === "string")
    return { step: { code: "compressed", message: `the file is ${file}` }, bytes: undefined };
  return compressed("ZIP", (options) => file.open(options));
}

interface Encoding {
  readonly name: string;
  decode(bytes: Buffer): Buffer;
}

function encodingOf(start: string): Encoding | undefined {
  if (start.startsWith("\u00ff\u00fe\0\0")) return utf32("UTF-32LE", 4, (bytes, at) => bytes.readUInt32LE(at));
  if (start.startsWith("\0\0\u00fe\u00ff")) return utf32("UTF-32BE", 4, (bytes, at) => bytes.readUInt32BE(at));
  if (start.startsWith("\u00ff\u00fe")) return utf16("UTF-16LE", 2);
  if (start.startsWith("\u00fe\u00ff")) return utf16("UTF-16BE", 2);
  const sample = start.slice(0, 256);
  if (sample.length < 16) return undefined;
  const nuls = [0, 0];
  for (let at = 0; at < sample.length; at += 1) if (sample[at] === "\0") nuls[at % 2] = (nuls[at % 2] ?? 0) + 1;
  const [even = 0, odd = 0] = nuls;
  if (odd > sample.length * 0.35 && even === 0) return utf16("UTF-16LE", 0);
  if (even > sample.length * 0.35 && odd === 0) return utf16("UTF-16BE", 0);
  return undefined;
}

function utf16(name: "UTF-16LE" | "UTF-16BE", skip: number): Encoding {
  return {
    name,
    decode(bytes) {
      const end = endOfUtf16(bytes, skip);
      const units = Buffer.from(bytes.subarray(skip, end - ((end - skip) % 2)));
      if (name === "UTF-16BE") units.swap16();
      // A last byte without a partner stays as it is, and so do halves of pairs: what is no text is to be found.
      const rest = bytes.subarray(skip + units.length);
      return Buffer.concat([utf8OfUtf16(units.toString("utf16le")), rest]);
    },
  };
}

const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** UTF-8; a half of a surrogate pair as three bytes that are no UTF-8, instead of a character that never stood there. */
function utf8OfUtf16(text: string): Buffer {
  if (text.search(LONE_SURROGATE) === -1) return Buffer.from(text, "utf8");
  const pieces: Buffer[] = [];
  let at = 0;
  for (const { index } of text.matchAll(LONE_SURROGATE)) {
    const unit = text.charCodeAt(index);
    pieces.push(Buffer.from(text.slice(at, index), "utf8"));
    pieces.push(Buffer.from([0xe0 | (unit >> 12), 0x80 | ((unit >> 6) & 0x3f), 0x80 | (unit & 0x3f)]));
    at = index + 1;
  }
  return Buffer.concat([...pieces, Buffer.from(text.slice(at), "utf8")]);
}

/** So many ASCII characters without a NUL byte between them are no UTF-16: another program appended them. */
const PLAIN_RUN = /(?<=\0\n|\n\0)[\x20-\x7e]{32}/;

function endOfUtf16(bytes: Buffer, start: number): number {
  const step = 1024 * 1024;
  for (let at = start; at < bytes.length; at += step) {
    const from = Math.max(start, at - 2);
    const found = bytes.toString("latin1", from, at + step + 32).search(PLAIN_RUN);
    if (found !== -1) return from + found;
  }
  return bytes.length;
}

function utf32(name: string, skip: number, unit: (bytes: Buffer, at: number) => number): Encoding {
  return {
    name,
    decode(bytes) {
      const pieces: string[] = [];
      for (let at = skip; at + 4 <= bytes.length; at += 4) {
        const code = unit(bytes, at);
        pieces.push(code <= 0x10_ffff ? String.fromCodePoint(code) : "\ufffd");
      }
      const rest = bytes.subarray(bytes.length - ((bytes.length - skip) % 4));
      return Buffer.concat([Buffer.from(pieces.join(""), "utf8"), rest]);
    },
  };
}
