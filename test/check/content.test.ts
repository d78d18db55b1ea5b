import { crc32, deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { readBytes } from "../../src/check/byte-source.js";
import { openContent, type Content } from "../../src/check/content.js";
import { memorySource } from "../../src/store/csv-source.js";
import { inPieces } from "./pieces.js";

const CSV = "session_id,user_id\r\na,gr\u00f6\u00dfe \u20ac \u{1f600}\r\n";
const GZIP = { code: "compressed", message: "the file is gzip-compressed" };
const ZLIB = { code: "compressed", message: "the file is zlib-compressed" };
const ZIP = { code: "compressed", message: "the file is ZIP-compressed" };
const CUT = "and breaks off or is damaged";
const HOPELESS = "and cannot be decompressed";

function open(bytes: Buffer | string): Content {
  return openContent(memorySource(Buffer.from(bytes as string)));
}

function bytesIn({ source }: Content): Buffer | undefined {
  return source && readBytes(source, 0, source.byteLength);
}

/** The bytes inside and what had to be done; text is UTF-8. */
function opened(bytes: Buffer | string): [string | undefined, Content["steps"]] {
  const content = open(bytes);
  return [bytesIn(content)?.toString("utf8"), content.steps];
}

function utf16be(text: string): Buffer {
  return Buffer.from(text, "utf16le").swap16();
}

function utf32(text: string, isLittle: boolean): Buffer {
  const bytes = Array.from(text, (character) => {
    const unit = Buffer.alloc(4);
    unit.writeUInt32BE(character.codePointAt(0) ?? 0);
    return isLittle ? unit.reverse() : unit;
  });
  return Buffer.concat(bytes);
}

/** An archive of one deflated file. */
function zipOf(content: Buffer, data = deflateRawSync(content)): Buffer {
  const common = Buffer.alloc(26);
  common.writeUInt16LE(8, 4);
  common.writeUInt32LE(crc32(content), 10);
  common.writeUInt32LE(data.length, 14);
  common.writeUInt32LE(content.length, 18);
  common.writeUInt16LE(1, 22);
  const local = Buffer.concat([Buffer.from("PK\x03\x04"), common, Buffer.from("a"), data]);
  const entry = Buffer.concat([Buffer.from("PK\x01\x02\0\0"), common, Buffer.alloc(14), Buffer.from("a")]);
  const end = Buffer.from("504b05060000000001000100" + "00".repeat(10), "hex");
  end.writeUInt32LE(local.length, 16);
  return Buffer.concat([local, entry, end]);
}

describe("nothing is around", () => {
  test.each([
    ["an empty file", ""],
    ["CSV", CSV],
    ["CSV with a byte order mark", `\ufeff${CSV}`],
    ["a file of NUL bytes", "\0".repeat(64)],
    ["the first byte of gzip alone", "\u001f"],
    ["the first bytes of a ZIP archive", "PK\u0003"],
    ["text that starts like zlib", "x^a,b\n"],
    ["text with commas that starts like zlib, with a control character", "x\u0001a,b\n"],
    ["lines of text that start like zlib", "x^a,b\r\n\tc,d\n"],
    ["text in which the start of zlib stands elsewhere", "ax^b\n"],
    ["text with the letter that zlib starts with", "xyz"],
    ["a brace alone", "{"],
    ["JSON that holds no records", '[{"a":1}]'],
    ["a drawn line that says nothing of sessions", "┌──┐\n│a │\n"],
    ["sessions behind text and a drawn line", `a ┌──┐ session`],
    ["a signature that does not stand at the start", " SQLite format 3\0"],
    ["a signature that is cut", "SQLite format 3"],
  ])("%s", (_name, text) => {
    expect(opened(text)).toEqual([text, []]);
  });

  test("a source, which stays the one that it is", () => {
    const source = memorySource(Buffer.from(CSV));
    expect(openContent(source).source).toBe(source);
  });
});

describe("nothing can be read in", () => {
  test.each([
    ["BZh91AY&SY", "compressed", "bzip2-compressed: decompress it with: bzip2 -dc FILE | sessions repair - -o out.csv"],
    ["\xfd7zXZ\0", "compressed", "xz-compressed: decompress it with: xz -dc FILE | sessions repair - -o out.csv"],
    [
      "\x28\xb5\x2f\xfd",
      "compressed",
      "Zstandard-compressed: decompress it with: zstd -dc FILE | sessions repair - -o out.csv",
    ],
    ["7z\xbc\xaf\x27\x1c", "compressed", "a 7-Zip archive: extract it first"],
    ["Rar!\x1a\x07", "compressed", "a RAR archive: extract it first"],
    ["SQLite format 3\0", "foreign-format", "an SQLite database"],
    [
      "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
      "foreign-format",
      "an old Excel workbook: save it as CSV UTF-8 from the spreadsheet program",
    ],
    ["PAR1\x15", "foreign-format", "a Parquet file"],
    ["%PDF-", "foreign-format", "a PDF document"],
    ["\x7fELF", "foreign-format", "a program"],
    ["\x89PNG", "foreign-format", "an image"],
    ["\xff\xd8\xff", "foreign-format", "an image"],
    ["age-encryption.org/v1", "foreign-format", "encrypted with age: decrypt it first"],
    ["-----BEGIN ", "foreign-format", "encrypted or encoded as PEM"],
  ])("a file that starts with %j", (signature, code, what) => {
    const step = { code, message: `the file is ${what}` };
    expect(open(Buffer.from(`${signature}more`, "latin1"))).toEqual({ source: undefined, steps: [step] });
    expect(open(Buffer.from(signature, "latin1"))).toEqual({ source: undefined, steps: [step] });
  });

  test("such a file inside of another layer, of which both are told", () => {
    const step = { code: "foreign-format", message: "the file is a PDF document" };
    expect(open(gzipSync("%PDF-1.4"))).toEqual({ source: undefined, steps: [GZIP, step] });
  });

  test.each([
    ["the signature of gzip alone", "1f8b"],
    ["a header of gzip without a stream", "1f8b0800000000000003"],
    ["a header of gzip with another method", "1f8b0700000000000003" + "00".repeat(20)],
    ["a header of gzip with text behind it", "1f8b0800000000000003" + "ee".repeat(20)],
  ])("%s", (_name, digits) => {
    const step = expect.objectContaining({ code: "compressed" }) as unknown;
    expect(open(Buffer.from(digits, "hex"))).toEqual({ source: undefined, steps: [step] });
  });

  test("a gzip stream that is damaged at its start", () => {
    expect(open(Buffer.from("1f8b0800000000000003" + "ee".repeat(20), "hex"))).toEqual({
      source: undefined,
      steps: [{ code: "compressed", message: `${GZIP.message}, ${HOPELESS}` }],
    });
  });

  test("a gzip stream that is cut behind its header", () => {
    expect(open(gzipSync(CSV).subarray(0, 10))).toEqual({
      source: undefined,
      steps: [{ code: "compressed", message: `${GZIP.message}, ${CUT}`, isCut: true }],
    });
  });

  test("a ZIP archive that is damaged", () => {
    expect(open("PK\u0003\u0004")).toEqual({
      source: undefined,
      steps: [{ code: "compressed", message: "the file is a ZIP archive that is damaged: extract it first" }],
    });
  });
});

describe("a compressed file is opened", () => {
  test.each([
    ["with gzip", gzipSync(CSV), GZIP],
    ["with gzip, in two members", Buffer.concat([gzipSync(CSV.slice(0, 9)), gzipSync(CSV.slice(9))]), GZIP],
    ["with zlib, hardly", deflateSync(CSV, { level: 1 }), ZLIB],
    ["with zlib, quickly", deflateSync(CSV, { level: 5 }), ZLIB],
    ["with zlib, as usual", deflateSync(CSV), ZLIB],
    ["with zlib, as far as possible", deflateSync(CSV, { level: 9 }), ZLIB],
    ["in a ZIP archive", zipOf(Buffer.from(CSV)), ZIP],
  ])("%s", (_name, bytes, step) => {
    expect(opened(bytes)).toEqual([CSV, [step]]);
  });

  test("with zlib, whatever commas the stream holds", () => {
    const text = Array.from({ length: 2000 }, (_, i) => `${(i * 7919) % 104_729}`).join(",");
    const stream = deflateSync(text);
    expect(stream.subarray(0, 4096).includes(",")).toBe(true);
    expect(opened(stream)).toEqual([text, [ZLIB]]);
  });

  test("that holds nothing", () => {
    expect(opened(gzipSync(""))).toEqual(["", [GZIP]]);
  });

  test("from a source that gives few bytes at a time", () => {
    expect(bytesIn(openContent(inPieces(gzipSync(CSV), 3)))?.toString()).toBe(CSV);
  });
});

describe("of a compressed stream that is cut what is there is taken", () => {
  const text = Array.from({ length: 2000 }, (_, i) => `${(i * 7919) % 104_729},`).join("\n");

  test.each([
    ["gzip", gzipSync(text), GZIP],
    ["gzip without compression", gzipSync(text, { level: 0 }), GZIP],
  ])("%s", (_name, bytes, { code, message }) => {
    const [content = "", steps] = opened(bytes.subarray(0, bytes.length >> 1));
    expect(steps).toEqual([{ code, message: `${message}, ${CUT}`, isCut: true }]);
    expect(content.length).toBeGreaterThan(text.length / 4);
    expect(text.startsWith(content)).toBe(true);
  });

  test("and all of it where the end of gzip alone is missing", () => {
    expect(opened(gzipSync(text).subarray(0, -8))).toEqual([
      text,
      [{ ...GZIP, message: `${GZIP.message}, ${CUT}`, isCut: true }],
    ]);
  });

  test("in a ZIP archive", () => {
    const half = deflateRawSync(text).subarray(0, 2000);
    const [content = "", steps] = opened(zipOf(Buffer.from(text), half));
    expect(steps).toEqual([{ ...ZIP, message: `${ZIP.message}, ${CUT}`, isCut: true }]);
    expect(content.length).toBeGreaterThan(0);
    expect(text.startsWith(content)).toBe(true);
  });
});

describe("layers", () => {
  test("are taken away one by one", () => {
    const utf16 = { code: "encoding", message: "the file is UTF-16LE, not UTF-8" };
    expect(opened(zipOf(gzipSync(Buffer.from(`\ufeff${CSV}`, "utf16le"))))).toEqual([CSV, [ZIP, GZIP, utf16]]);
  });

  test("of more than four the fifth stays", () => {
    const layered = (count: number): Buffer => (count === 0 ? Buffer.from(CSV) : gzipSync(layered(count - 1)));
    expect(opened(layered(4))).toEqual([CSV, [GZIP, GZIP, GZIP, GZIP]]);
    const fifth = open(layered(5));
    expect(fifth.steps).toEqual([GZIP, GZIP, GZIP, GZIP]);
    expect(bytesIn(fifth)?.equals(layered(1))).toBe(true);
  });
});

describe("UTF-16", () => {
  const LE = [{ code: "encoding", message: "the file is UTF-16LE, not UTF-8" }];
  const BE = [{ code: "encoding", message: "the file is UTF-16BE, not UTF-8" }];
  const ascii = "session_id,user_id\r\n";

  test.each([
    ["with a mark, low byte first", Buffer.from(`\ufeff${CSV}`, "utf16le"), CSV, LE],
    ["with a mark, high byte first", utf16be(`\ufeff${CSV}`), CSV, BE],
    ["without a mark, low byte first", Buffer.from(ascii, "utf16le"), ascii, LE],
    ["without a mark, high byte first", utf16be(ascii), ascii, BE],
    ["with a mark alone", Buffer.from("fffe", "hex"), "", LE],
    ["with a mark alone, high byte first", Buffer.from("feff", "hex"), "", BE],
    ["of eight characters", Buffer.from("abcdefgh", "utf16le"), "abcdefgh", LE],
    ["of which every fourth character is beyond Latin-1", utf16be("abc\u2020".repeat(20)), "abc\u2020".repeat(20), BE],
  ])("%s", (_name, bytes, text, steps) => {
    expect(opened(bytes)).toEqual([text, steps]);
  });

  test.each([
    ["fewer than sixteen bytes", "a\0b\0c\0d\0e\0f\0g\0h"],
    ["text with NUL bytes on both sides", "a\0b\0c\0d\0e\0f\0\0gh\0i\0j\0"],
    ["text with NUL bytes on both sides, the other way", "\0a\0b\0c\0d\0e\0f\0gh\0\0i\0j"],
    ["text with a NUL byte for every third byte", "ab\0abc".repeat(6)],
    ["text with NUL bytes behind its start only", `${"a".repeat(256)}${"b\0".repeat(256)}`],
  ])("it is not: %s", (_name, text) => {
    expect(opened(text)).toEqual([text, []]);
  });

  test("keeps a last byte that has no partner", () => {
    expect(bytesIn(open(Buffer.from("fffe61006200c3", "hex")))?.toString("latin1")).toBe("ab\u00c3");
    expect(bytesIn(open(Buffer.from("feff006100622c", "hex")))?.toString("latin1")).toBe("ab,");
  });

  test.each([
    ["a first half alone", "61003dd86200", "61eda0bd62"],
    ["a second half alone", "610000de6200", "61edb88062"],
    ["halves the wrong way round", "00de3dd8", "edb880eda0bd"],
    ["a first half at the end", "61003dd8", "61eda0bd"],
    ["halves beside a pair", "3dd83dd800de00de", "eda0bdf09f9880edb880"],
    ["the first and the last of all halves", "6100ffdf610000d8", "61edbfbf61eda080"],
  ])("keeps halves of surrogate pairs as bytes that are no UTF-8: %s", (_name, units, bytes) => {
    expect(bytesIn(open(Buffer.from(`fffe${units}`, "hex")))?.toString("hex")).toBe(bytes);
  });

  describe("ends where another program appended plain text", () => {
    const line = "0123456789abcdef0123456789abcdef,plain\r\n";

    test.each([
      ["low byte first", Buffer.from("\ufeffa,\u20ac\n", "utf16le")],
      ["high byte first", utf16be("\ufeffa,\u20ac\n")],
    ])("%s", (_name, bytes) => {
      expect(opened(Buffer.concat([bytes, Buffer.from(line)]))[0]).toBe(`a,\u20ac\n${line}`);
    });

    test("and nowhere else, however long it is", () => {
      const text = "a,b\n".repeat(512 * 1024);
      expect(opened(Buffer.from(`\ufeff${text}`, "utf16le"))[0] === text).toBe(true);
    });

    test("but not where that is shorter than 32 characters", () => {
      const text = (length: number): string => `a\n${"b".repeat(length)}`;
      const bytes = (length: number): Buffer =>
        Buffer.concat([Buffer.from("\ufeffa\n", "utf16le"), Buffer.alloc(length, "b")]);
      expect(opened(bytes(32))[0]).toBe(text(32));
      expect(opened(bytes(30))[0]).toBe(`a\n${"\u6262".repeat(15)}`);
    });

    test("but not within a line", () => {
      const bytes = Buffer.concat([Buffer.from("\ufeffa", "utf16le"), Buffer.alloc(32, "b")]);
      expect(opened(bytes)[0]).toBe(`a${"\u6262".repeat(16)}`);
    });

    test.each([-34, -32, -30, -2, 0, 2, 4])("also %i bytes from the border of two parts of a megabyte", (distance) => {
      const text = `${"a".repeat((1024 * 1024 + distance) / 2 - 1)}\n`;
      const [content] = opened(Buffer.concat([Buffer.from(`\ufeff${text}`, "utf16le"), Buffer.from(line)]));
      expect(content === `${text}${line}`).toBe(true);
    });
  });
});

describe("UTF-32", () => {
  const LE = [{ code: "encoding", message: "the file is UTF-32LE, not UTF-8" }];
  const BE = [{ code: "encoding", message: "the file is UTF-32BE, not UTF-8" }];

  test.each([
    ["low byte first", utf32(`\ufeff${CSV}`, true), CSV, LE],
    ["high byte first", utf32(`\ufeff${CSV}`, false), CSV, BE],
    ["with a mark alone", utf32("\ufeff", true), "", LE],
    ["with the last of all characters", utf32("\ufeff\u{10ffff}", false), "\u{10ffff}", BE],
    [
      "with numbers that stand for no character",
      Buffer.from("0000feff0011000000000061ffffffff", "hex"),
      "\ufffda\ufffd",
      BE,
    ],
  ])("%s", (_name, bytes, text, steps) => {
    expect(opened(bytes)).toEqual([text, steps]);
  });

  test.each(["62", "6263", "626364"])("keeps last bytes that make no character: %s", (digits) => {
    const bytes = Buffer.from(`0000feff00000061${digits}`, "hex");
    expect(opened(bytes)[0]).toBe(`a${Buffer.from(digits, "hex").toString()}`);
  });
});

describe("a table drawn with lines", () => {
  const step = { code: "delimiter", message: "the file is a table drawn with lines" };

  test("gets plain bars and dashes", () => {
    expect(opened("┌────┬───┐\n│ Session │ b─│\n╞════╪═╡\n└┴┘\n")).toEqual([
      "----------\n| Session | b-|\n--------\n---\n",
      [step],
    ]);
  });

  test("is known behind spaces and with double lines too", () => {
    expect(opened(" \n╔═╗\n│session│")[0]).toBe(" \n---\n|session|");
  });

  test("keeps all other text", () => {
    expect(opened("│session│€ “a” ■ é│")[0]).toBe("|session|€ “a” ■ é|");
  });
});

describe("JSON", () => {
  const object = '{"session_id":"s","user_id":"u","platform":"p","thread_id":"t"}';
  const csv =
    "session_id,user_id,platform,thread_id,created_at,last_activity,pending_approval,metadata\r\ns,u,p,t,,,,\r\n";
  const step = { code: "foreign-format", message: "the file is JSON, not CSV" };

  test.each([
    ["an array", `[${object}]`],
    ["an object", object],
    ["behind spaces", ` \r\n\t${object}`],
    ["behind a byte order mark", `\ufeff${object}`],
    ["behind a byte order mark and spaces", `\ufeff\n${object}`],
  ])("%s", (_name, json) => {
    expect(opened(json)).toEqual([csv, [step]]);
  });

  test("behind other text is none", () => {
    expect(opened(`x${object}`)).toEqual([`x${object}`, []]);
  });
});
