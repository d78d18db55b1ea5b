import { crc32, inflateRawSync, type ZlibOptions } from "node:zlib";

/** The one file in an archive. */
export interface ZippedFile {
  /** @throws Error where it is damaged, or longer than the options allow; with a `finishFlush` what is there is taken */
  open(options: ZlibOptions): Buffer;
}

const END_SIGNATURE = 0x06054b50;
const ENTRY_SIGNATURE = 0x02014b50;
const END_BYTES = 22;
const LONGEST_COMMENT = 65_535;
const ENTRY_BYTES = 46;
const LOCAL_HEADER_BYTES = 30;
const DEFLATED = 8;
const STORED = 0;
const ENCRYPTED = 1;

interface Entry {
  readonly name: string;
  readonly flags: number;
  readonly method: number;
  readonly crc: number;
  readonly packedLength: number;
  readonly localOffset: number;
}

/**
 * The file in a ZIP archive that holds one and is no document of an office program; else what the archive is.
 * Source: APPNOTE.TXT 4.3, without ZIP64 and encryption.
 */
export function fileOfZip(archive: Buffer): ZippedFile | string {
  const entries = entriesOf(archive);
  if (entries === undefined) return "a ZIP archive that is damaged: extract it first";
  if (entries.some(({ name }) => name.startsWith("xl/"))) {
    return "a spreadsheet: save it as CSV UTF-8 from the spreadsheet program";
  }
  if (entries.some(({ name }) => /^(?:\[Content_Types\]|_rels\/|word\/|META-INF\/|mimetype$)/.test(name))) {
    return "a spreadsheet or another document: save it as CSV UTF-8";
  }
  const files = entries.filter(({ name }) => !name.endsWith("/"));
  const [file] = files;
  if (file === undefined || files.length > 1)
    return `a ZIP archive of ${files.length} files: extract the right one first`;
  const isUsual = (file.method === DEFLATED || file.method === STORED) && (file.flags & ENCRYPTED) === 0;
  if (!isUsual) return "a ZIP archive in an unusual form: extract it first";
  return { open: (options) => opened(archive, file, options) };
}

function opened(archive: Buffer, { method, crc, packedLength, localOffset }: Entry, options: ZlibOptions): Buffer {
  const start =
    localOffset + LOCAL_HEADER_BYTES + archive.readUInt16LE(localOffset + 26) + archive.readUInt16LE(localOffset + 28);
  const packed = archive.subarray(start, start + packedLength);
  const content = method === DEFLATED ? inflateRawSync(packed, options) : packed;
  if (content.length > (options.maxOutputLength ?? Infinity)) throw new Error("The file is too long.");
  if (options.finishFlush === undefined && crc32(content) !== crc)
    throw new Error("The checksum is not that of the file.");
  return content;
}

function entriesOf(archive: Buffer): Entry[] | undefined {
  const end = endRecord(archive);
  if (end === undefined) return undefined;
  const count = archive.readUInt16LE(end + 10);
  const entries: Entry[] = [];
  let at = archive.readUInt32LE(end + 16);
  for (let index = 0; index < count; index += 1) {
    if (at + ENTRY_BYTES > archive.length || archive.readUInt32LE(at) !== ENTRY_SIGNATURE) return undefined;
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((offset) =>
      archive.readUInt16LE(at + offset),
    ) as [number, number, number];
    const localOffset = archive.readUInt32LE(at + 42);
    if (localOffset + LOCAL_HEADER_BYTES > archive.length) return undefined;
    entries.push({
      name: archive.toString("latin1", at + ENTRY_BYTES, at + ENTRY_BYTES + nameLength),
      flags: archive.readUInt16LE(at + 8),
      method: archive.readUInt16LE(at + 10),
      crc: archive.readUInt32LE(at + 16),
      packedLength: archive.readUInt32LE(at + 20),
      localOffset,
    });
    at += ENTRY_BYTES + nameLength + extraLength + commentLength;
  }
  return entries;
}

/** Where the record at the end of the archive starts. */
function endRecord(archive: Buffer): number | undefined {
  const first = Math.max(0, archive.length - END_BYTES - LONGEST_COMMENT);
  for (let at = archive.length - END_BYTES; at >= first; at -= 1) {
    if (archive.readUInt32LE(at) === END_SIGNATURE) return at;
  }
  return undefined;
}
