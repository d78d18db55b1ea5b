// The file after somebody opened it in LibreOffice and saved it again.
import { expect, test } from "vitest";
import { has } from "./backend.js";
import { canDamage, NEW, outcomes, titled, type Case } from "./damage.js";
import type { Row } from "./judge.js";

/** @param options of the filter for CSV: delimiter and quote as codes, encoding, first line; then what is quoted */
function saved(options: string): string {
  const filter = "Text - txt - csv (StarCalc)";
  return `exec 3>&1 >&2
soffice "-env:UserInstallation=file://$PWD/profile" --headless --infilter="${filter}:44,34,76,1" \\
  --convert-to "csv:${filter}:${options}" --outdir saved whole.csv
cat saved/whole.csv >&3`;
}

/** Times are numbers to it, of which it shows milliseconds. */
function rounded(row: Row): Row {
  return row.map((value, column) => {
    const [seconds = "", fraction] = value.split(".");
    if ((column !== 4 && column !== 5) || fraction === undefined) return value;
    return `${seconds}.${String(Math.round(Number(fraction) / 1000)).padStart(3, "0")}`;
  });
}

const rows = (whole: readonly Row[]): readonly Row[] => whole.map(rounded);

const SAVES: readonly Case[] = [
  {
    name: "as it was",
    damage: saved("44,34,76,1,,0,false,true"),
    rows,
    findings: { "rounded-time": "2" },
    isValid: true,
  },
  {
    name: "and the backend has written since",
    damage: `${saved("44,34,76,1,,0,false,true")}; tail -n 1 later.csv >&3`,
    rows: (whole) => [...rows(whole), NEW],
    findings: { "rounded-time": "2" },
    isValid: true,
  },
  {
    name: "all texts quoted",
    damage: saved("44,34,76,1,,0,true,true"),
    rows,
    findings: { "rounded-time": "2" },
    isValid: true,
  },
  { name: "semicolons", damage: saved("59,34,76,1"), rows, findings: { "rounded-time": "2", delimiter: "1-13" } },
  {
    name: "tabs",
    damage: saved("9,34,76,1,,0,false,true"),
    rows,
    findings: { "rounded-time": "2", delimiter: "1-13" },
  },
  {
    name: "Windows-1252",
    damage: saved("44,34,ANSI,1,,0,false,true"),
    rows,
    findings: { "rounded-time": "2", "invalid-utf8": "7, 13" },
  },
];

test.runIf(canDamage && has("soffice", "--version")).for(titled(SAVES))("%s", async ([, damage]) => {
  const { is, should } = await outcomes(damage);
  expect(is).toEqual(should);
  expect(is.rows).toHaveLength(should.rows.length);
});
