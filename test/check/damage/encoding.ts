// Text in other encodings than UTF-8, as a whole or in part.
import type { Draft } from "./draft.js";
import { hasMetadata, kindsOf, set, type Kind } from "./kind.js";
import { dumps } from "./session.js";

const { file, rows, value } = kindsOf("encoding");
const bytes = { stage: "bytes", rewrites: true } as const;
const RAW = { rawUnicode: true } as const;
const BOM = Buffer.of(0xef, 0xbb, 0xbf);

const utf16le = (text: string): Buffer => Buffer.from(text, "utf16le");
const utf16be = (text: string): Buffer => utf16le(text).swap16();

function utf32le(text: string): Buffer {
  const points = Array.from(text, (character) => character.codePointAt(0) ?? 0);
  const all = Buffer.alloc(points.length * 4);
  points.forEach((point, index) => all.writeUInt32LE(point, index * 4));
  return all;
}

/** Writes all of the file in another encoding. */
function recode(encode: (text: string) => Buffer, mark: readonly number[] = []) {
  return (draft: Draft) => {
    draft.bytes = Buffer.concat([Buffer.from(mark), encode(draft.rendered.bytes.toString())]);
  };
}

/** The characters of 0x80 to 0x9f. Those without one stand for themselves, as browsers have it. */
const HIGH = "€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ";
const TO_1252 = Array.from({ length: 256 }, (_, byte) => HIGH.charAt(byte - 0x80) || String.fromCharCode(byte));
const FROM_1252 = new Map(TO_1252.map((character, byte) => [character, byte]));

function windows1252(text: string): Buffer {
  return Buffer.from(Array.from(text, (character) => FROM_1252.get(character) ?? 0x3f));
}

/** UTF-8 that was read as Windows-1252 and written as UTF-8 again. */
function mojibake(text: string): string {
  return Array.from(Buffer.from(text), (byte) => TO_1252[byte]).join("");
}

const WESTERN = ["José García, Málaga", "Müller & Söhne – 5 €", "“quoted” … naïve", "Šárka Žižková"] as const;

/** Rows whose metadata is western text, in the encoding of old editors. */
function western(name: string): Kind {
  return rows(
    name,
    (line, draft, random) => {
      const metadata = dumps({ name: random.pick(WESTERN), n: random.below(9) }, false);
      set(line, "metadata", () => metadata);
      const truth = draft.truthOf(line.row);
      draft.truth[line.row] = { ...truth, values: { ...truth.values, metadata } };
      line.encode = windows1252;
    },
    {},
  );
}

/** UTF-16 surrogates each encoded like a character, as Java and MySQL do. */
function cesu8(text: string): Buffer {
  const units = Array.from({ length: text.length }, (_, index) => text.charCodeAt(index));
  return Buffer.from(
    units.flatMap((unit) =>
      unit >= 0xd800 && unit < 0xe000
        ? [0xe0 | (unit >> 12), 0x80 | ((unit >> 6) & 63), 0x80 | (unit & 63)]
        : [...Buffer.from(String.fromCharCode(unit))],
    ),
  );
}

export const ENCODING: readonly Kind[] = [
  file("utf16le-without-bom", recode(utf16le), bytes),
  file("utf16be-bom", recode(utf16be, [0xfe, 0xff]), bytes),
  file("utf16be-without-bom", recode(utf16be), bytes),
  file("utf16le-bom-raw", recode(utf16le, [0xff, 0xfe]), { ...bytes, base: RAW }),
  file("utf16be-without-bom-raw", recode(utf16be), { ...bytes, base: RAW }),
  file("utf16le-bom-lf", recode(utf16le, [0xff, 0xfe]), { ...bytes, base: { lineEnd: "\n" } }),
  file("utf32le-bom", recode(utf32le, [0xff, 0xfe, 0, 0]), bytes),
  file(
    "utf16le-last-byte-lost",
    (draft) => {
      const all = utf16le(draft.rendered.bytes.toString());
      draft.bytes = Buffer.concat([Buffer.of(0xff, 0xfe), all.subarray(0, all.length - 1)]);
    },
    bytes,
  ),
  file(
    "utf16le-rows-appended",
    (draft) => {
      for (const line of draft.lines.slice(-3)) line.encode = utf16le;
    },
    { stage: "file" },
  ),
  file(
    "utf16le-rows-appended-with-bom",
    (draft) => {
      const added = draft.lines.slice(-3);
      for (const line of added) line.encode = utf16le;
      const [first] = added;
      if (first !== undefined) first.mangles = [(text) => `\ufeff${text}`];
    },
    { stage: "file" },
  ),
  file(
    "utf8-rows-appended-to-utf16le",
    (draft) => {
      for (const line of draft.lines.slice(0, -2)) line.encode = utf16le;
      draft.header.mangles = [(text) => `\ufeff${text}`];
    },
    { stage: "file" },
  ),
  file("bom-twice", (draft) => (draft.bytes = Buffer.concat([BOM, BOM, draft.rendered.bytes])), { stage: "bytes" }),
  file(
    "bom-of-two-files",
    (draft) => {
      const half = Math.ceil(draft.lines.length / 2);
      const header = { ...draft.header, mangles: [(text: string) => `\ufeff${text}`] };
      draft.header.mangles = header.mangles;
      draft.lines.splice(half, 0, header);
    },
    { stage: "file" },
  ),
  rows("bom-before-rows", (line) => (line.mangles = [(text) => `\ufeff${text}`]), { stage: "text", hits: [1, 2] }),
  file(
    "bom-and-no-header",
    (draft) => {
      draft.lines.shift();
      draft.bytes = Buffer.concat([BOM, draft.rendered.bytes]);
    },
    { stage: "bytes" },
  ),
  file(
    "bom-mojibake",
    (draft) => (draft.bytes = Buffer.concat([Buffer.from(mojibake("\ufeff")), draft.rendered.bytes])),
    {
      stage: "bytes",
    },
  ),
  file(
    "bom-as-windows-1252",
    (draft) => (draft.bytes = Buffer.concat([BOM, Buffer.from("ï»¿"), draft.rendered.bytes])),
    {
      stage: "bytes",
      isStretch: true,
    },
  ),
  file("bom-at-end", (draft) => (draft.bytes = Buffer.concat([draft.rendered.bytes, BOM])), { stage: "bytes" }),
  rows(
    "mojibake-rows",
    (line, draft) => {
      const before = line.fields.join();
      for (const name of ["pending_approval", "metadata"] as const) set(line, name, mojibake);
      if (line.fields.join() !== before) draft.lose(line.row, "ambiguous");
    },
    { base: RAW, verdict: "any" },
  ),
  western("windows-1252-rows"),
  rows(
    "windows-1252-user",
    (line, draft) => {
      set(line, "user_id", (id) => `${id}_josé`);
      const truth = draft.truthOf(line.row);
      draft.truth[line.row] = { ...truth, values: { ...truth.values, user_id: `${truth.values.user_id}_josé` } };
      line.encode = windows1252;
    },
    {},
  ),
  rows(
    "cesu8-rows",
    (line, draft) => {
      const metadata = dumps({ mood: "fine 😀🚀", n: line.row }, false);
      set(line, "metadata", () => metadata);
      const truth = draft.truthOf(line.row);
      draft.truth[line.row] = { ...truth, values: { ...truth.values, metadata } };
      draft.unknown(line.row, ["metadata"]);
      line.encode = cesu8;
    },
    {},
  ),
  rows(
    "cut-character",
    (line, draft) => {
      const metadata = dumps({ name: "Ünïcødé 王小明", n: line.row }, false);
      set(line, "metadata", () => metadata);
      const truth = draft.truthOf(line.row);
      draft.truth[line.row] = { ...truth, values: { ...truth.values, metadata } };
      line.encode = (text) => {
        const all = Buffer.from(text);
        const at = all.indexOf("小");
        return Buffer.concat([all.subarray(0, at + 1), all.subarray(at + 3)]);
      };
      draft.unknown(line.row, ["metadata"], {
        metadata: [metadata.replace("小", "\ufffd"), metadata.replace("小", "\ufffd\ufffd")],
      });
    },
    {},
  ),
  value("zero-width-space-before-json", "metadata", (json) => `\u200b${json}`, { where: hasMetadata }),
  file("no-break-spaces-behind-commas", (draft) => (draft.dialect = { ...draft.dialect, delimiter: ",\u00a0" }), {
    rewrites: true,
  }),
];
