// The file inside of another format, or another format in its place.
import { deflateRawSync, deflateSync, gzipSync, crc32 } from "node:zlib";
import type { Draft } from "./draft.js";
import { kindsOf, type Kind, type KindOptions } from "./kind.js";
import { COLUMNS, type Row } from "./session.js";

const { file } = kindsOf("container");
const bytes = { stage: "bytes", rewrites: true } as const;

function packed(name: string, pack: (content: Buffer) => Buffer, options: KindOptions = {}): Kind {
  return file(name, (draft) => (draft.bytes = pack(draft.rendered.bytes)), { ...bytes, ...options });
}

/** All rows as JSON. */
function json(name: string, write: (rows: readonly Row[]) => string, options: KindOptions = {}): Kind {
  return file(name, (draft) => (draft.bytes = Buffer.from(write(draft.truth.map(({ values }) => values)))), {
    ...bytes,
    ...options,
  });
}

/** A row's text as an object with JSON inside instead of text; numbers stay as they are written. */
function nested(row: Row, rename = (name: string) => name, indent = ""): string {
  const members = COLUMNS.map((name) => {
    const value = row[name];
    const isJson = name === "pending_approval" || name === "metadata";
    return `${JSON.stringify(rename(name))}: ${isJson ? value || "null" : JSON.stringify(value)}`;
  });
  return indent === "" ? `{${members.join(", ")}}` : `{\n${members.map((member) => indent + member).join(",\n")}\n}`;
}

const camel = (column: string) => column.replace(/_./g, (pair) => pair.charAt(1).toUpperCase());
const flat = (row: Row) => JSON.stringify(row);
const withNull = (row: Row) => JSON.stringify({ ...row, pending_approval: row.pending_approval || null });

/** A ZIP archive of files that are stored or deflated. */
function zip(files: readonly (readonly [string, Buffer])[], isStored = false): Buffer {
  const locals: Buffer[] = [];
  const centrals: Buffer[] = [];
  let at = 0;
  for (const [name, content] of files) {
    const data = isStored ? content : deflateRawSync(content);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(isStored ? 0 : 8, 4);
    common.writeUInt32LE(crc(content), 10);
    common.writeUInt32LE(data.length, 14);
    common.writeUInt32LE(content.length, 18);
    common.writeUInt16LE(Buffer.byteLength(name), 22);
    const local = Buffer.concat([Buffer.from("PK\x03\x04"), common, Buffer.from(name), data]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(at, 10);
    centrals.push(Buffer.concat([Buffer.from("PK\x01\x02\x14\0"), common, tail, Buffer.from(name)]));
    locals.push(local);
    at += local.length;
  }
  const central = Buffer.concat(centrals);
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06", "latin1");
  end.writeUInt16LE(files.length, 8);
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...locals, central, end]);
}

// Node 20.15 has crc32; before that a gzip's trailer holds it.
function crc(content: Buffer): number {
  return typeof crc32 === "function" ? crc32(content) : gzipSync(content).readUInt32LE(gzipSync(content).length - 8);
}

/** A tar archive of one file. */
function tar(content: Buffer): Buffer {
  const head = Buffer.alloc(512);
  head.write("sessions.csv");
  head.write("0000644\0" + "0001750\0" + "0001750\0", 100);
  head.write(`${content.length.toString(8).padStart(11, "0")}\0${"0".repeat(11)}\0        0`, 124);
  head.write("ustar\u000000", 257);
  const sum = head.reduce((total, byte) => total + byte, 0);
  head.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return Buffer.concat([head, content, Buffer.alloc(512 - (content.length % 512)), Buffer.alloc(1024)]);
}

/** Bytes in which nothing of the rows is left. */
function foreign(name: string, content: () => Buffer, options: KindOptions = {}): Kind {
  return file(
    name,
    (draft: Draft) => {
      draft.truth.forEach((_, row) => draft.lose(row));
      draft.bytes = content();
    },
    { ...bytes, ...options },
  );
}

export const CONTAINER: readonly Kind[] = [
  packed("gzip-twice", (content) => gzipSync(gzipSync(content))),
  packed("gzip-level-0", (content) => gzipSync(content, { level: 0 })),
  packed("gzip-members", (content) =>
    Buffer.concat([gzipSync(content.subarray(0, 700)), gzipSync(content.subarray(700))]),
  ),
  packed("gzip-with-nul-behind", (content) => Buffer.concat([gzipSync(content), Buffer.alloc(512)])),
  packed("gzip-with-text-behind", (content) => Buffer.concat([gzipSync(content), Buffer.from("garbage\n")]), {
    isStretch: true,
  }),
  packed(
    "gzip-wrong-crc",
    (content) => {
      const all = gzipSync(content);
      all.writeUInt32LE(1, all.length - 8);
      return all;
    },
    { isStretch: true },
  ),
  packed("gzip-without-trailer", (content) => gzipSync(content).subarray(0, -8), { isStretch: true }),
  packed("gzip-of-utf16", (content) =>
    gzipSync(Buffer.concat([Buffer.of(0xff, 0xfe), Buffer.from(content.toString(), "utf16le")])),
  ),
  packed("gzip-of-bom", (content) => gzipSync(Buffer.concat([Buffer.of(0xef, 0xbb, 0xbf), content]))),
  packed("zlib", (content) => deflateSync(content), { isStretch: true }),
  packed("zip-deflated", (content) => zip([["sessions.csv", content]])),
  packed("zip-stored", (content) => zip([["data/sessions.csv", content]], true)),
  packed("zip-of-gzip", (content) => zip([["sessions.csv.gz", gzipSync(content)]]), { isStretch: true }),
  packed(
    "zip-of-two",
    (content) =>
      zip([
        ["README.txt", Buffer.from("sessions of the bot\n")],
        ["sessions.csv", content],
      ]),
    { isStretch: true },
  ),
  packed(
    "zip-with-folder",
    (content) =>
      zip(
        [
          ["data/", Buffer.alloc(0)],
          ["data/sessions.csv", content],
        ],
        true,
      ),
    { isStretch: true },
  ),
  packed("tar", tar, { isStretch: true }),
  packed("base64", (content) => Buffer.from((content.toString("base64").match(/.{1,76}/g) ?? []).join("\n") + "\n"), {
    isStretch: true,
  }),
  packed("json-string", (content) => Buffer.from(JSON.stringify(content.toString())), { isStretch: true }),
  packed("hexdump", (content) => Buffer.from(content.toString("hex")), { isStretch: true }),
  json("json-array", (all) => `[${all.map(flat).join(",")}]`),
  json("json-array-indented", (all) => `${JSON.stringify(all, null, 2)}\n`),
  json("json-array-by-lines", (all) => `[\n${all.map(flat).join(",\n")}\n]\n`),
  json("json-array-nested", (all) => `[${all.map((row) => nested(row)).join(", ")}]`),
  json("json-array-camel", (all) => `[${all.map((row) => nested(row, camel)).join(",\n")}]`),
  json("json-array-nested-indented", (all) => `[\n${all.map((row) => nested(row, undefined, "  ")).join(",\n")}\n]`),
  json("json-sessions", (all) => `{"sessions":[${all.map(withNull).join(",")}],"count":${all.length}}`),
  json(
    "json-active-sessions",
    (all) => `{"active_sessions": [${all.map((row) => nested(row)).join(", ")}], "count": ${all.length}}`,
  ),
  json("json-by-id", (all) => `{${all.map((row) => `"${row.session_id}": ${nested(row)}`).join(", ")}}`, {
    isStretch: true,
  }),
  json("json-lines", (all) => all.map((row) => `${flat(row)}\n`).join("")),
  json("json-lines-nested", (all) => all.map((row) => `${nested(row)}\n`).join("")),
  json("json-lines-crlf-and-null", (all) => all.map((row) => `${withNull(row)}\r\n`).join("")),
  json("json-lines-camel-without-end", (all) => all.map((row) => nested(row, camel)).join("\n")),
  json("json-lines-with-bom", (all) => `\ufeff${all.map((row) => `${flat(row)}\n`).join("")}`),
  json(
    "json-array-of-lists",
    (all) => JSON.stringify([COLUMNS, ...all.map((row) => COLUMNS.map((name) => row[name]))]),
    { isStretch: true },
  ),
  json("json-one-object", (all) => all.map((row) => nested(row, undefined, "  ")).join("\n"), {
    base: { rows: [1, 1] },
  }),
  json("json-other-key-order", (all) =>
    JSON.stringify(all.map((row) => Object.fromEntries(Object.entries(row).reverse()))),
  ),
  json("json-more-keys", (all) => JSON.stringify(all.map((row) => ({ ...row, locale: "en", version: 2 })))),
  json("json-without-empty-keys", (all) =>
    JSON.stringify(all.map((row) => Object.fromEntries(Object.entries(row).filter(([, value]) => value !== "")))),
  ),
  json(
    "json-by-columns",
    (all) => JSON.stringify(Object.fromEntries(COLUMNS.map((name) => [name, all.map((row) => row[name])]))),
    { isStretch: true },
  ),
  json(
    "json-single-quotes",
    (all) =>
      `[${all.map((row) => `{${COLUMNS.map((name) => `'${name}': '${row[name].replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`).join(", ")}}`).join(",\n ")}]`,
    { isStretch: true },
  ),
  json(
    "yaml",
    (all) =>
      all
        .map((row) =>
          COLUMNS.map((name, place) => `${place === 0 ? "- " : "  "}${name}: ${JSON.stringify(row[name])}\n`).join(""),
        )
        .join(""),
    { isStretch: true },
  ),
  json(
    "xml",
    (all) =>
      `<sessions>${all.map((row) => `<session>${COLUMNS.map((name) => `<${name}>${row[name].replaceAll("&", "&amp;").replaceAll("<", "&lt;")}</${name}>`).join("")}</session>`).join("")}</sessions>`,
    { isStretch: true },
  ),
  foreign("random", () => Buffer.from(Array.from({ length: 3000 }, (_, i) => (i * i * 31 + (i >> 3) * 17) & 255))),
  foreign("sqlite", () => Buffer.concat([Buffer.from("SQLite format 3\0"), Buffer.alloc(4080, 3)])),
  foreign("xlsx", () =>
    zip([
      ["[Content_Types].xml", Buffer.from("<Types/>")],
      ["xl/workbook.xml", Buffer.from("<workbook/>")],
    ]),
  ),
  foreign("pdf", () => Buffer.from("%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\n%%EOF\n")),
  foreign("png", () => Buffer.concat([Buffer.from("89504e470d0a1a0a", "hex"), Buffer.alloc(300, 0x5a)])),
  foreign("html", () => Buffer.from("<!DOCTYPE html>\n<html><body><h1>502 Bad Gateway</h1></body></html>\n")),
  foreign("bzip2", () => Buffer.concat([Buffer.from("BZh91AY&SY"), Buffer.alloc(300, 0xa7)])),
  foreign("zstandard", () => Buffer.concat([Buffer.from("28b52ffd", "hex"), Buffer.alloc(300, 0x91)])),
  foreign("xz", () => Buffer.concat([Buffer.from("fd377a585a00", "hex"), Buffer.alloc(300, 0x77)])),
  foreign("broken-gzip", () => Buffer.concat([Buffer.from("1f8b0800000000000003", "hex"), Buffer.alloc(300, 0xee)])),
  foreign("other-csv", () => Buffer.from("date,amount,currency\r\n2025-09-30,12.50,EUR\r\n2025-09-30,3.00,EUR\r\n")),
  foreign("python-source", () =>
    Buffer.from(
      'import csv\n\ndef load(path):\n    """Loads, or fails"""\n    return list(csv.DictReader(open(path)))\n',
    ),
  ),
  foreign("environment", () => Buffer.from("SESSIONS_CSV_PATH=sessions.csv\nSESSION_TIMEOUT_MINUTES=60\n")),
  foreign("empty-json", () => Buffer.from("[]\n")),
  foreign("git-lfs-pointer", () =>
    Buffer.from(
      "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n",
    ),
  ),
];
