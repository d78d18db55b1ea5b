import { constants, crc32, deflateRawSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { fileOfZip } from "../../src/check/zip.js";

/** A stored file a.csv that holds "x,y\n", as Python's zipfile writes it: local header, data, entry, end record. */
const STORED =
  "504b0304" +
  "1400000000000000" +
  "2100" +
  "4ac3b0a0" +
  "04000000" +
  "04000000" +
  "0500" +
  "0000" +
  hex("a.csv") +
  hex("x,y\n");
const LOCAL_BYTES = 39;
const ENTRY =
  "504b0102" +
  "14031400" +
  "000000000000" +
  "2100" +
  "4ac3b0a0" +
  "04000000" +
  "04000000" +
  "0500" +
  "00000000000000000000" +
  "8001" +
  "00000000" +
  hex("a.csv");
const ENTRY_BYTES = 51;
const END = "504b0506" + "00000000" + "01000100" + "33000000" + "27000000" + "0000";

const DAMAGED = "a ZIP archive that is damaged: extract it first";
const UNUSUAL = "a ZIP archive in an unusual form: extract it first";
const DOCUMENT = "a spreadsheet or another document: save it as CSV UTF-8";
const SPREADSHEET = "a spreadsheet: save it as CSV UTF-8 from the spreadsheet program";

function hex(text: string): string {
  return Buffer.from(text, "latin1").toString("hex");
}

/** The archive with some of its bytes replaced, as pairs of an offset and hexadecimal digits. */
function archive(...changes: readonly (readonly [number, string])[]): Buffer {
  const bytes = Buffer.from(STORED + ENTRY + END, "hex");
  for (const [at, digits] of changes) bytes.write(digits, at, "hex");
  return bytes;
}

interface Member {
  readonly name: string;
  readonly content?: string;
  readonly isDeflated?: boolean;
  readonly localExtra?: string;
  readonly extra?: string;
  readonly comment?: string;
}

/** An archive of several files. */
function archiveOf(...members: readonly Member[]): Buffer {
  const [locals, entries]: [Buffer[], Buffer[]] = [[], []];
  let at = 0;
  for (const { name, content = "", isDeflated = false, localExtra = "", extra = "", comment = "" } of members) {
    const data = isDeflated ? deflateRawSync(content) : Buffer.from(content);
    const common = Buffer.alloc(24);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(isDeflated ? 8 : 0, 4);
    common.writeUInt32LE(crc32(content), 10);
    common.writeUInt32LE(data.length, 14);
    common.writeUInt32LE(content.length, 18);
    common.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([
      Buffer.from("PK\x03\x04"),
      common,
      Buffer.alloc(2),
      Buffer.from(name + localExtra),
      data,
    ]);
    local.writeUInt16LE(localExtra.length, 28);
    const entry = Buffer.concat([
      Buffer.from("PK\x01\x02\x14\0"),
      common,
      Buffer.alloc(16),
      Buffer.from(name + extra + comment),
    ]);
    entry.writeUInt16LE(extra.length, 30);
    entry.writeUInt16LE(comment.length, 32);
    entry.writeUInt32LE(at, 42);
    locals.push(local);
    entries.push(entry);
    at += local.length;
  }
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06", "latin1");
  end.writeUInt16LE(members.length, 8);
  end.writeUInt16LE(members.length, 10);
  end.writeUInt32LE(Buffer.concat(entries).length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...locals, ...entries, end]);
}

function textIn(bytes: Buffer, options = {}): string {
  const file = fileOfZip(bytes);
  if (typeof file === "string") throw new Error(file);
  return file.open(options).toString("latin1");
}

describe("damaged is", () => {
  test.each([
    ["an empty file", Buffer.alloc(0)],
    ["a signature alone", Buffer.from("PK\x03\x04")],
    ["an end record that is cut by a byte", Buffer.from(END, "hex").subarray(0, 21)],
    ["an archive without its end record", archive().subarray(0, LOCAL_BYTES + ENTRY_BYTES)],
    ["an archive that is cut by a byte", archive().subarray(0, -1)],
    ["an end record with another signature", archive([LOCAL_BYTES + ENTRY_BYTES, "504b0706"])],
    ["an entry with another signature", archive([LOCAL_BYTES, "504b0103"])],
    ["more files than entries", archive([LOCAL_BYTES + ENTRY_BYTES + 10, "0200"])],
    ["the most files", archive([LOCAL_BYTES + ENTRY_BYTES + 10, "ffff"])],
    ["entries that start behind the end", archive([LOCAL_BYTES + ENTRY_BYTES + 16, "70000000"])],
    ["entries that start in the end record", archive([LOCAL_BYTES + ENTRY_BYTES + 16, "5a000000"])],
    ["entries as far away as can be, as ZIP64 has them", archive([LOCAL_BYTES + ENTRY_BYTES + 16, "ffffffff"])],
    ["a file that starts behind the end", archive([LOCAL_BYTES + 42, "70000000"])],
    ["a file whose header goes beyond the end", archive([LOCAL_BYTES + 42, "53000000"])],
    ["a file as far away as can be, as ZIP64 has it", archive([LOCAL_BYTES + 42, "ffffffff"])],
  ])("%s", (_name, bytes) => {
    expect(fileOfZip(bytes)).toBe(DAMAGED);
  });

  test("an archive with more text behind it than a comment can be long", () => {
    expect(textIn(Buffer.concat([archive(), Buffer.alloc(65_535)]))).toBe("x,y\n");
    expect(fileOfZip(Buffer.concat([archive(), Buffer.alloc(65_536)]))).toBe(DAMAGED);
  });
});

describe("no single file is in", () => {
  test("an archive without entries", () => {
    expect(fileOfZip(Buffer.from("504b0506" + "00".repeat(18), "hex"))).toBe(
      "a ZIP archive of 0 files: extract the right one first",
    );
  });

  test("an archive of folders", () => {
    expect(fileOfZip(archiveOf({ name: "data/" }))).toBe("a ZIP archive of 0 files: extract the right one first");
  });

  test("an archive of two files, whatever folders are beside them", () => {
    expect(fileOfZip(archiveOf({ name: "a.csv" }, { name: "data/" }, { name: "data/b.csv" }))).toBe(
      "a ZIP archive of 2 files: extract the right one first",
    );
  });
});

describe("an office program's document is one with", () => {
  test.each(["[Content_Types].xml", "_rels/.rels", "word/document.xml", "META-INF/manifest.xml", "mimetype"])(
    "%s",
    (name) => {
      expect(fileOfZip(archiveOf({ name, content: "x" }))).toBe(DOCUMENT);
      expect(fileOfZip(archiveOf({ name: "a.csv" }, { name }))).toBe(DOCUMENT);
    },
  );

  test("a folder xl, which is a spreadsheet", () => {
    const [types, sheet] = [{ name: "[Content_Types].xml" }, { name: "xl/workbook.xml" }];
    expect(fileOfZip(archiveOf(types, sheet))).toBe(SPREADSHEET);
    expect(fileOfZip(archiveOf(sheet))).toBe(SPREADSHEET);
  });

  test.each(["xl.csv", "words/a.csv", "data/xl/a.csv", "mimetypes.csv", "xlsx/a.csv"])("no name like %s", (name) => {
    expect(textIn(archiveOf({ name, content: "x,y\n" }))).toBe("x,y\n");
  });
});

describe("in an unusual form is", () => {
  test.each([
    ["a file that is imploded", [LOCAL_BYTES + 10, "0600"]],
    ["a file that is deflated with 64 KiB", [LOCAL_BYTES + 10, "0900"]],
    ["a file that is compressed with a method of which one byte is usual", [LOCAL_BYTES + 10, "0801"]],
    ["a file that is encrypted", [LOCAL_BYTES + 8, "0100"]],
    ["a file that is encrypted, with other flags", [LOCAL_BYTES + 8, "0908"]],
  ] as const)("%s", (_name, change) => {
    expect(fileOfZip(archive(change))).toBe(UNUSUAL);
  });
});

describe("the one file is opened", () => {
  test("where it is stored", () => {
    expect(textIn(archive())).toBe("x,y\n");
  });

  test("where it is deflated", () => {
    expect(textIn(archiveOf({ name: "a.csv", content: "x,y\n".repeat(100), isDeflated: true }))).toBe(
      "x,y\n".repeat(100),
    );
  });

  test("where it is empty", () => {
    expect(textIn(archiveOf({ name: "a.csv" }))).toBe("");
    expect(textIn(archiveOf({ name: "a.csv", isDeflated: true }))).toBe("");
  });

  test("where folders are beside it", () => {
    expect(textIn(archiveOf({ name: "data/" }, { name: "data/a.csv", content: "x,y\n" }, { name: "empty/" }))).toBe(
      "x,y\n",
    );
  });

  test("behind fields that its headers have beyond the usual", () => {
    const plain = { extra: "1234", localExtra: "123456", comment: "why" };
    expect(textIn(archiveOf({ name: "data/", ...plain }, { name: "a.csv", content: "x,y\n", ...plain }))).toBe("x,y\n");
  });

  test("where a comment stands at the end of the archive", () => {
    expect(textIn(Buffer.concat([archive([LOCAL_BYTES + ENTRY_BYTES + 20, "0700"]), Buffer.from("comment")]))).toBe(
      "x,y\n",
    );
  });

  test("with flags that say nothing of encryption", () => {
    expect(textIn(archive([LOCAL_BYTES + 8, "0808"]))).toBe("x,y\n");
  });

  test("with what is there of it, where that is asked for", () => {
    expect(textIn(archive([35, "7a"]), { finishFlush: constants.Z_SYNC_FLUSH })).toBe("z,y\n");
  });

  test("only as far as its entry says", () => {
    expect(textIn(archive([LOCAL_BYTES + 16, "cc424bb5"], [LOCAL_BYTES + 20, "03000000"]))).toBe("x,y");
  });
});

describe("a file is not opened", () => {
  const deflated = archiveOf({ name: "a.csv", content: "x,y\n".repeat(1000), isDeflated: true });

  test("that is longer than the options allow", () => {
    expect(textIn(deflated, { maxOutputLength: 4000 })).toHaveLength(4000);
    expect(() => textIn(deflated, { maxOutputLength: 3999 })).toThrow();
  });

  test("that is stored and longer than the options allow", () => {
    expect(textIn(archive(), { maxOutputLength: 4 })).toBe("x,y\n");
    expect(() => textIn(archive(), { maxOutputLength: 3 })).toThrow("too long");
  });

  test("that is stored and has another checksum", () => {
    expect(() => textIn(archive([35, "7a"]))).toThrow("checksum");
  });

  test("that is stored and longer than the archive, as ZIP64 has it", () => {
    expect(() => textIn(archive([LOCAL_BYTES + 20, "ffffffff"]))).toThrow("checksum");
  });

  test("of which the compressed data are damaged", () => {
    const damaged = Buffer.from(deflated);
    damaged.fill(0xff, 35, 39);
    expect(() => textIn(damaged)).toThrow();
  });
});
