// The file in another encoding, packed, as JSON, or written by another CSV writer.
import { expect, test } from "vitest";
import { ALL, canDamage, NEW, outcomes, titled, type Case } from "./damage.js";
import type { Row } from "./judge.js";

const ENCODINGS: readonly Case[] = [
  ...["UTF-16", "UTF-16LE", "UTF-16BE", "UTF-32"].map((encoding): Case => {
    return { damage: `iconv -f UTF-8 -t ${encoding} whole.csv`, rows: ALL, findings: { encoding: "1" } };
  }),
  {
    damage: "printf '\\377\\376'; iconv -f UTF-8 -t UTF-16LE whole.csv",
    rows: ALL,
    findings: { encoding: "1" },
  },
  {
    damage: "iconv -f UTF-8 -t UTF-16 whole.csv | head -c 3001",
    rows: ALL.slice(0, 6),
    findings: { encoding: "1", "torn-record": "8" },
    setAside: ["8 torn-record 4"],
  },
  { damage: "iconv -f UTF-8 -t ISO-8859-1 whole.csv", rows: ALL, findings: { "invalid-utf8": "7, 13" } },
  { damage: "printf '\\357\\273\\277'; cat whole.csv", rows: ALL, findings: { "byte-order-mark": "1" } },
  // As a shell appends that writes UTF-16.
  {
    damage: "cat whole.csv; tail -n 1 later.csv | iconv -f UTF-8 -t UTF-16LE",
    rows: [...ALL, NEW],
    findings: { encoding: "14" },
  },
  { damage: "cat whole.csv; tail -n 1 later.csv | iconv -f UTF-8 -t UTF-16", rows: [...ALL, NEW] },
  { damage: "head -n 10 whole.csv; tail -n +11 whole.csv | iconv -f UTF-8 -t UTF-16LE", rows: ALL },
];

const PACKED: readonly Case[] = [
  { damage: "gzip -c whole.csv", rows: ALL, findings: { compressed: "1" } },
  { damage: "gzip -c whole.csv | gzip -c", rows: ALL, findings: { compressed: "1" } },
  { damage: "iconv -f UTF-8 -t UTF-16 whole.csv | gzip -c", rows: ALL, findings: { compressed: "1", encoding: "1" } },
  { damage: "python3 -m zipfile -c packed.zip whole.csv; cat packed.zip", rows: ALL, findings: { compressed: "1" } },
  {
    damage: "tar cf - whole.csv",
    rows: ALL,
    findings: { "text-line": "1", "nul-bytes": "1, 14", "header-repeated": "1" },
    setAside: Array.from({ length: 4 }, () => "1 text-line 0"),
  },
  {
    damage: "base64 whole.csv | head -n 3",
    rows: [],
    findings: { "foreign-format": "1" },
    setAside: ["1 foreign-format 0"],
  },
];

/** Python code that has the file's records as dictionaries in `rows`. */
function python(code: string): string {
  const load = 'import csv, json, sys; rows = list(csv.DictReader(open("whole.csv", newline="")))';
  return `python3 - <<'END'\n${load}\n${code}\nEND`;
}

/** The JSON columns become dictionaries too. */
const LOAD_JSON = `for row in rows:
    row["pending_approval"] = json.loads(row["pending_approval"] or "null")
    row["metadata"] = json.loads(row["metadata"])`;

const JSON_FILES: readonly Case[] = [
  "json.dump(rows, sys.stdout)",
  "json.dump(rows, sys.stdout, indent=2)",
  "for row in rows: print(json.dumps(row))",
  `${LOAD_JSON}\njson.dump(rows, sys.stdout)`,
  `${LOAD_JSON}\nfor row in rows: print(json.dumps(row))`,
].map((code) => ({ name: code, damage: python(code), rows: ALL, findings: { "foreign-format": "1" } }));

/** The same text, but for letters that were written as escapes. */
function withoutEscapes(row: Row): Row {
  return row.map((value) =>
    value.replaceAll(/(?:\\u[0-9a-f]{4})+/g, (escapes) => JSON.parse(`"${escapes}"`) as string),
  );
}

const csvOf = (options: string): string => {
  return python(`writer = csv.DictWriter(sys.stdout, rows[0].keys(), ${options})
writer.writeheader()
writer.writerows(rows)`);
};

const WRITERS: readonly Case[] = [
  {
    name: "dictionaries as Python prints them",
    damage: python(`${LOAD_JSON}
writer = csv.DictWriter(sys.stdout, rows[0].keys())
writer.writeheader()
writer.writerows(rows)`),
    rows: (whole) => whole.map((row, number) => ([2, 6, 11].includes(number) ? withoutEscapes(row) : number)),
  },
  {
    name: "the list of records as Python prints it",
    damage: python("print(rows)"),
    rows: ALL,
    findings: { "foreign-format": "1" },
  },
  { name: "all fields quoted", damage: csvOf("quoting=csv.QUOTE_ALL"), rows: ALL, findings: {}, isValid: true },
  {
    name: "quotes escaped by backslashes",
    damage: csvOf('doublequote=False, escapechar="\\\\"'),
    rows: ALL,
    findings: { "backslash-quotes": "3-4, 6, 8-11, 13" },
  },
  { name: "single quotes", damage: csvOf('quotechar="\'"'), rows: ALL },
  {
    name: "values joined by commas",
    damage: python('print(*rows[0], sep=",")\nfor row in rows: print(*row.values(), sep=",")'),
    rows: ALL,
    findings: { "unquoted-json": "3-4, 6, 8-11, 13" },
  },
  {
    name: "values joined by tabs",
    damage: python('print(*rows[0], sep="\\t")\nfor row in rows: print(*row.values(), sep="\\t")'),
    rows: ALL,
    findings: { delimiter: "1-13", "unquoted-json": "3-4, 6, 8-11, 13" },
  },
  {
    name: "each line as one value of a CSV file",
    damage: python('csv.writer(sys.stdout).writerows([line.rstrip()] for line in open("whole.csv"))'),
    rows: ALL,
    findings: { "header-name": "1", "row-in-quotes": "2-13" },
  },
];

test.runIf(canDamage).for(titled(ENCODINGS, PACKED, JSON_FILES, WRITERS))("%s", async ([, damage]) => {
  const { is, should } = await outcomes(damage);
  expect(is).toEqual(should);
});
