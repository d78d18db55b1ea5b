// The file after tools that work on lines of text: sorted, searched, numbered, replaced.
import { expect, test } from "vitest";
import { ALL, canDamage, LATER_1, LATER_9, NEW, outcomes, titled, type Case } from "./damage.js";

const SORTED = [4, 7, 3, 0, 1, 8, 6, 10, 11, 9, 2, 5];

const ORDERS: readonly Case[] = [
  { damage: "sort whole.csv", rows: SORTED, findings: { "header-misplaced": "13" } },
  {
    damage: "sort -t, -k2 whole.csv",
    rows: [9, 3, 8, 2, 11, 4, 5, 7, 0, 10, 1, 6],
    findings: { "header-misplaced": "12" },
  },
  { damage: "sort -r whole.csv", rows: SORTED.toReversed(), findings: {}, isValid: true },
  { damage: "tac whole.csv", rows: ALL.toReversed(), findings: { "header-misplaced": "13" } },
  {
    damage: "shuf --random-source=whole.csv whole.csv",
    rows: [10, 8, 3, 11, 0, 6, 7, 2, 5, 9, 4, 1],
    findings: { "header-misplaced": "5" },
  },
  { damage: "cat whole.csv whole.csv | sort -u", rows: SORTED, findings: { "header-misplaced": "13" } },
  {
    damage: "sort -u whole.csv later.csv",
    rows: [4, 7, 3, 0, LATER_1, 8, 6, 10, 11, NEW, LATER_9, 2, 5],
    findings: { "duplicate-version": "6, 13", "header-misplaced": "16" },
    setAside: ["5 duplicate-version 8", "12 duplicate-version 8"],
  },
];

const NUMBERS: readonly Case[] = [
  { damage: "cat -n whole.csv", rows: ALL, findings: { "line-prefix": "1-13" } },
  { damage: "cat -b whole.csv", rows: ALL, findings: { "line-prefix": "1-13" } },
  { damage: "nl whole.csv", rows: ALL, findings: { "line-prefix": "1-13" } },
  { damage: "grep -n . whole.csv", rows: ALL, findings: { "line-prefix": "1-13" } },
  { damage: "grep -Hn . whole.csv", rows: ALL, findings: { "line-prefix": "1-13" } },
  { damage: `awk '{ print NR ": " $0 }' whole.csv`, rows: ALL, findings: { "line-prefix": "1-13" } },
  { damage: "sed 's/^/> /' whole.csv", rows: ALL, findings: { "line-prefix": "1-13" } },
  ...["nl -s, whole.csv", `awk '{ print NR "," $0 }' whole.csv`].map((damage): Case => {
    return { damage, rows: ALL, findings: { "line-prefix": "1-13" } };
  }),
  {
    damage: `git init -q && git add whole.csv && git commit -qm one && sed -i '5,8s/,/, /' whole.csv &&
git -c user.name='Bo B. Lu' commit -qam two && sed -i '5,8s/, /,/' whole.csv &&
GIT_AUTHOR_NAME='Bo B. Lu' git commit -qam three && git blame whole.csv`,
    name: "git blame",
    rows: ALL,
    findings: { "line-prefix": "1-13" },
  },
  ...["cat -v whole.csv | grep -v M-", "cat -t whole.csv | grep -v M-"].map((damage): Case => {
    return {
      damage,
      rows: [0, 1, 2, 3, 4, 6, 7, 8, 9, 10],
      findings: { "header-name": "1", "line-prefix": "2-11" },
    };
  }),
  {
    damage: "cat -A whole.csv | grep -v M-",
    rows: [0, 1, 2, 3, 4, 6, 7, 8, 9, 10],
    findings: { "header-name": "1", "line-prefix": "2-11" },
  },
  {
    damage: "sed = whole.csv | head -n 6",
    rows: [0, 1],
    findings: { "header-misplaced": "2", "text-line": "1, 3, 5" },
    setAside: ["1 text-line 0", "3 text-line 0", "5 text-line 0"],
  },
  {
    damage: "pr whole.csv",
    rows: ALL,
    findings: { "text-line": "3", "header-misplaced": "6", "blank-line": "1-2, 4-5, 19-66" },
    setAside: ["3 text-line 0"],
  },
];

const BREAKS: readonly Case[] = [
  { damage: "tr -d '\\r' <whole.csv", rows: ALL, findings: {}, isValid: true },
  { damage: "tr -d '\\r' <whole.csv | sed '3,6s/$/\\r/'", rows: ALL, findings: {}, isValid: true },
  { damage: "sed 's/$/\\r/' whole.csv", rows: ALL, findings: { "line-ending": "1-13" } },
  { damage: "sed '4,6s/$/\\r/' whole.csv", rows: ALL, findings: { "line-ending": "4-6" } },
  { damage: "tr -d '\\n' <whole.csv", rows: ALL, findings: { "line-ending": "1-13" } },
  { damage: "tr -d '\\r\\n' <whole.csv", rows: ALL },
  { damage: "tr '\\r\\n' '  ' <whole.csv", rows: ALL },
  { damage: "tr -d '\\r' <whole.csv | paste -sd ,", rows: ALL },
  {
    damage: "sed G whole.csv",
    rows: ALL,
    findings: { "blank-line": "2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26" },
    isValid: true,
  },
  { damage: "sed '5s/2025/\\n&/' whole.csv", rows: ALL, findings: { "split-record": "5" } },
  { damage: "sed '5s/-/-\\n/' whole.csv", rows: ALL, findings: { "split-record": "5" } },
  // Between the members of an object a line break is as good as a space.
  {
    damage: `sed '4s/", ""city/",\\n""city/' whole.csv`,
    rows: (whole) =>
      ALL.map((number) =>
        number === 2 ? (whole[2]?.map((value) => value.replace('", "city', '",\n"city')) ?? []) : number,
      ),
    findings: {},
    isValid: true,
  },
  // In a text it is an escape that somebody forgot.
  {
    damage: "sed '4s/Zo/&\\n/' whole.csv",
    rows: (whole) =>
      ALL.map((number) => (number === 2 ? (whole[2]?.map((value) => value.replace("Zo", "Zo\\n")) ?? []) : number)),
    findings: { "json-invalid": "4" },
  },
];

const PRINTED: readonly Case[] = [
  { damage: "sed -z 's/\\r\\n/\\\\r\\\\n/g' whole.csv", rows: ALL, findings: { "line-ending": "1" } },
  { damage: "sed -z 's/\\r\\n/\u2028/g' whole.csv", rows: ALL, findings: { "line-ending": "1" } },
  { damage: `printf %q "$(cat whole.csv)"`, rows: ALL },
  { damage: `$(which printf) %q "$(cat whole.csv)"`, rows: ALL },
  { damage: "grep --color=always -n , whole.csv", rows: ALL },
  {
    damage: "git diff --no-index --color=always -U99 later.csv whole.csv || true",
    rows: ALL,
    setAside: [8, 17, 21].map((line) => `${line} diff-output 0`),
  },
];

const FOLDED: readonly Case[] = [40, 80, 117, 150, 200].flatMap((width) =>
  ["fold", "fold -b"].map((fold): Case => {
    return { damage: `${fold} -w ${width} whole.csv`, rows: ALL, findings: { "split-record": "1" } };
  }),
);

const QUOTES: readonly Case[] = [
  { damage: `sed 's/""/"/g' whole.csv`, rows: ALL, findings: { "undoubled-quotes": "3-4, 6, 8-11, 13" } },
  { damage: `sed '3s/",{}/,{}/' whole.csv`, rows: ALL, findings: { "unclosed-quote": "3" } },
  { damage: `sed '4s/"\\r$/\\r/' whole.csv`, rows: ALL, findings: { "unclosed-quote": "4" } },
  { damage: `sed '3s/,"{/,{/' whole.csv`, rows: ALL, findings: { "stray-quote": "3" } },
  { damage: `sed '5s/^/"/' whole.csv`, rows: ALL, findings: { "stray-quote": "5" } },
  { damage: `sed '5s/\\r/"\\r/' whole.csv`, rows: ALL, findings: { "stray-quote": "5" } },
  { damage: `sed '5s/,/",/3' whole.csv`, rows: ALL, findings: { "stray-quote": "5" } },
  {
    damage: `tr -d '"' <whole.csv`,
    rows: [0, 3, 5, 10],
    findings: { "json-invalid": "3-4, 6, 8-11, 13" },
    setAside: ["3 6", "4 7", "6 7", "8 6", "9 7", "10 6", "11 6", "13 6"].map((piece) =>
      piece.replace(" ", " json-invalid "),
    ),
  },
  {
    damage: `tr -s '"' <whole.csv`,
    rows: [0, 1, 2, 3, 5, 6, 7, 10],
    findings: { "undoubled-quotes": "3-4, 8-9", "json-invalid": "6, 10-11, 13" },
    setAside: ["6 json-invalid 7", "10 json-invalid 6", "11 json-invalid 7", "13 json-invalid 7"],
  },
];

/** Where JSON has commas, nobody knows which of them were commas of its texts. */
const WITHOUT_COMMAS: Pick<Case, "rows" | "findings"> = {
  rows: [0, 3, 5, 7, 10],
  findings: { delimiter: "1-2, 5, 7, 9, 12", "json-invalid": "3-4, 6, 8, 10-11, 13" },
};
const setAside = (...counts: readonly number[]): readonly string[] =>
  [3, 4, 6, 8, 10, 11, 13].map((line, index) => `${line} json-invalid ${counts[index] ?? 0}`);

const DELIMITERS: readonly Case[] = [
  { damage: "sed 's/,/;/g' whole.csv", ...WITHOUT_COMMAS, setAside: setAside(7, 7, 7, 7, 7, 6, 7) },
  { damage: "tr , '\\t' <whole.csv", ...WITHOUT_COMMAS, setAside: setAside(7, 7, 7, 7, 7, 6, 7) },
  {
    damage: "awk -F, -v OFS=';' '{ $1 = $1 } 1' whole.csv",
    ...WITHOUT_COMMAS,
    setAside: setAside(7, 7, 7, 7, 7, 6, 7),
  },
  {
    damage: "awk -F, -v OFS=';' '{ print $1, $2, $3, $4, $5, $6, $7, $8 }' whole.csv",
    ...WITHOUT_COMMAS,
    setAside: setAside(6, 7, 7, 6, 6, 6, 6),
  },
];

const ON_EACH = (code: string, count: number): readonly string[] =>
  ALL.map((number) => `${number + 2} ${code} ${count}`);

const COLUMNS_CUT: readonly Case[] = [
  {
    damage: "cut -c 1-100 whole.csv",
    rows: [],
    findings: { "torn-record": "2-13" },
    setAside: ON_EACH("torn-record", 4).map((piece) => (piece.startsWith("8 ") ? "8 torn-record 3" : piece)),
  },
  {
    damage: "cut -d, -f1-6 whole.csv",
    rows: (whole) => whole.map((row) => [...row.slice(0, 6), "", ""]),
    findings: { "missing-column": "1" },
  },
  {
    damage: "cut -d, -f1-7 whole.csv",
    rows: (whole) => [0, 2, 3, 4, 5, 7, 10].map((number) => [...(whole[number] ?? []).slice(0, 7), ""]),
    findings: { "missing-column": "1", "json-invalid": "3, 8, 10-11, 13" },
    setAside: [3, 8, 10, 11, 13].map((line) => `${line} json-invalid 6`),
  },
  {
    damage: "cut -d, -f2- whole.csv",
    rows: [],
    findings: { "missing-column": "1-13" },
    setAside: ON_EACH("missing-column", 7),
  },
];

test.runIf(canDamage).for(titled(ORDERS, NUMBERS, BREAKS, PRINTED, FOLDED, QUOTES, DELIMITERS, COLUMNS_CUT))(
  "%s",
  async ([, damage]) => {
    const { is, should } = await outcomes(damage);
    expect(is).toEqual(should);
  },
);
