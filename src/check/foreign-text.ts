import { readHeader } from "./header.js";

interface Form {
  readonly name: string;
  /** What makes CSV of it; FILE stands for the file. */
  readonly way: string;
  /** @param start the first bytes, as Latin-1, and the lines of them that are whole */
  is(start: string, lines: readonly string[]): boolean;
}

const REPAIR = "sessions repair - -o out.csv";
const piped = (command: string): string => `get the bytes back with: ${command} | ${REPAIR}`;

/** All of the first lines look like this, offsets before them. */
const all =
  (pattern: RegExp) =>
  (_start: string, lines: readonly string[]): boolean =>
    /^0+[: ]/.test(lines[0] ?? "") && lines.every((line) => pattern.test(line));

const HEX = "[0-9a-f]";
const QUOTED_PRINTABLE_LINE = 76;
/** A comment or a word that a dump of SQL starts with. */
const SQL_START = /^\s*(?:--|\/\*|(?:insert into|create table|drop table|pragma|begin|start transaction|set|copy)\b)/i;
const SQL_TABLE = /^\s*(?:insert into\s+\S+\s*(?:values|\()|create table\s+\S|copy\s+\S+\s*\()/im;

/** Texts that hold the file's bytes in another form, which other programs turn back. */
const FORMS: readonly Form[] = [
  {
    name: "a dump of xxd",
    way: piped("xxd -r FILE"),
    is: all(new RegExp(`^${HEX}{8}: ${HEX}{2}(?: ?${HEX}{2})* {2}`)),
  },
  {
    name: "a dump of hexdump -C",
    way: piped("cut -c 11-58 FILE | xxd -r -p"),
    is: all(new RegExp(`^${HEX}{8} {2}${HEX}{2} (?: ?${HEX}{2} )*.*\\|$|^${HEX}{8}$|^\\*$`)),
  },
  {
    name: "a dump of od -t x1",
    way: piped("sed 's/ *>.*//' FILE | cut -s -d ' ' -f 2- | xxd -r -p"),
    is: all(new RegExp(`^${HEX}{6,7}(?: ${HEX}{2}){1,16}(?: +>.*<)?$|^${HEX}{6,7}$|^\\*$`)),
  },
  {
    name: "a dump of od -x or hexdump",
    way: piped("cut -s -d ' ' -f 2- FILE | xxd -r -p | dd conv=swab | tr -d '\\0'"),
    is: all(new RegExp(`^${HEX}{7}(?: ${HEX}{4}){1,8} *$|^${HEX}{7}$|^\\*$`)),
  },
  {
    name: "a dump of od",
    way: piped(`perl -ane 'print map { pack "v", oct } @F[1 .. $#F]' FILE | tr -d '\\0'`),
    is: all(/^[0-7]{7}(?: [0-7]{6}){1,8}$|^[0-7]{7}$|^\*$/),
  },
  {
    name: "a dump of od -c",
    way: piped(
      `perl -ne 's/^\\d+//; print map { s/^ +(?=.)//; /^\\\\./ ? eval qq("$_") : /^\\d{3}$/ ? chr oct : $_ } /(.{4})/g' FILE`,
    ),
    is: all(/^[0-7]{7}(?: {3}.| {2}\\.| [0-7]{3}){1,16}$|^[0-7]{7}$|^\*$/),
  },
  {
    name: "a dump of xxd -p",
    way: piped("xxd -r -p FILE"),
    is: (start) => /^[0-9a-f\s]+$/.test(start) && holdsTable(start, "hex"),
  },
  {
    name: "encoded as base32",
    way: piped("base32 -d FILE"),
    is: (start) => start.length >= SHORTEST && /^(?=.*[2-7])[A-Z2-7\s]+=*\s*$/.test(start),
  },
  {
    name: "encoded as base64",
    way: piped("base64 -d FILE"),
    is: (start) => /^[A-Za-z0-9+/\s]+=*\s*$/.test(start) && holdsTable(start, "base64"),
  },
  { name: "encoded as quoted-printable", way: piped("python3 -m quopri -d FILE"), is: isQuotedPrintable },
  {
    name: "a dump of SQL",
    way:
      "load it into a database and export the table as CSV, for SQLite: sqlite3 new.db <FILE; " +
      "sqlite3 -csv -header new.db 'SELECT * FROM sessions' | sessions repair - -o out.csv",
    is: (start) => SQL_START.test(start) && SQL_TABLE.test(start),
  },
  {
    name: "HTML",
    way: "export the table as CSV where it comes from",
    is: (start) => /^(?:\u00ef\u00bb\u00bf)?\s*<[!a-z]/i.test(start) && /<t[dhr]\b/i.test(start),
  },
  {
    name: "the output of diff -y, two files side by side",
    way: "repair one of the two files, or the output of diff -u OLD NEW",
    // The same two names once more, behind the space between the columns.
    is: (start) => /^(["']?session_id["']?,\w+,)[^\n]*[\t ]\1/.test(start),
  },
];

/** Shorter text may be anything. */
const SHORTEST = 60;

/** The bytes of which the text is made have the commas of a table, or are compressed. */
function holdsTable(start: string, encoding: "hex" | "base64"): boolean {
  const bytes = Buffer.from(start.replaceAll(/\s/g, ""), encoding).toString("latin1");
  return start.length >= SHORTEST && (bytes.includes(",") || /^(?:\u001f\u008b|PK\u0003\u0004)/.test(bytes));
}

/** Line after line ends with an equals sign where it was too long. */
function isQuotedPrintable(_start: string, lines: readonly string[]): boolean {
  const header = lines.slice(0, 3).join("").replaceAll("=", "");
  return (
    lines[0]?.endsWith("=") === true &&
    lines.every(({ length }) => length <= QUOTED_PRINTABLE_LINE) &&
    lines.filter((line) => line.endsWith("=")).length >= 3 &&
    readHeader(header.slice(0, header.indexOf("metadata") + "metadata".length)) !== undefined
  );
}

/**
 * What a text is that holds bytes in another form, and the way back to them; undefined for all other text.
 * @param start the first bytes of a file, as Latin-1
 */
export function foreignText(start: string): string | undefined {
  const lines = start.split("\n").map((line) => line.replace(/\r$/, ""));
  // The last one may be cut.
  if (lines.length > 1) lines.pop();
  const form = FORMS.find((one) => one.is(start, lines));
  return form && `${form.name}: ${form.way}`;
}
