// The file after tools that copy bytes: cut off, zeroed, put together in the wrong order or from two files.
import { expect, test } from "vitest";
import { ALL, canDamage, LATER, LATER_1, LATER_9, NEW, outcomes, titled, type Case } from "./damage.js";

const CUTS: readonly Case[] = [
  { damage: "head -c 1000 whole.csv", rows: [0, 1, 2, 3], findings: {}, isValid: true },
  { damage: "head -c 1001 whole.csv", rows: [0, 1, 2, 3], findings: { "line-ending": "5" } },
  {
    damage: "head -c 2900 whole.csv",
    rows: ALL.slice(0, 11),
    findings: { "torn-record": "13" },
    setAside: ["13 torn-record 3"],
  },
  {
    damage: "tail -c 1500 whole.csv",
    rows: [7, 8, 9, 10, 11],
    findings: { "header-missing": "1", "text-line": "1" },
    setAside: ["1 text-line 0"],
  },
  {
    damage: "tail -c 1150 whole.csv",
    rows: [9, 10, 11],
    findings: { "header-missing": "1", fragment: "1" },
    setAside: ["1 fragment 4"],
  },
  { damage: "tail -c +2 whole.csv", rows: ALL, findings: { "header-name": "1" } },
  { damage: "tail -n +2 whole.csv", rows: ALL, findings: { "header-missing": "1" } },
  { damage: "tail -n +4 whole.csv", rows: ALL.slice(2), findings: { "header-missing": "1" } },
  {
    damage: "truncate -s -30 whole.csv; cat whole.csv",
    rows: ALL.slice(0, 11),
    findings: { "torn-record": "13" },
    setAside: ["13 torn-record 7"],
  },
];

const ZEROS: readonly Case[] = [
  { damage: "truncate -s +4096 whole.csv; cat whole.csv", rows: ALL, findings: { "nul-bytes": "14" } },
  { damage: "truncate -s +3 whole.csv; cat whole.csv", rows: ALL, findings: { "nul-bytes": "14" } },
  {
    damage: "dd if=whole.csv of=sparse bs=1 seek=4096 status=none; cat sparse",
    rows: ALL,
    findings: { "nul-bytes": "1", "header-misplaced": "1" },
  },
  {
    damage: "dd if=/dev/zero of=whole.csv bs=512 seek=2 count=1 conv=notrunc status=none; cat whole.csv",
    rows: [0, 1, 2, 3, 7, 8, 9, 10, 11],
    findings: { "text-line": "6", "nul-bytes": "6" },
    setAside: ["6 text-line 0", "6 text-line 0"],
  },
  {
    damage: "dd if=/dev/zero of=whole.csv bs=512 count=1 conv=notrunc status=none; cat whole.csv",
    rows: ALL.slice(2),
    findings: { "header-missing": "1", "nul-bytes": "1", "text-line": "1" },
    setAside: ["1 text-line 0"],
  },
  {
    damage: "dd if=/dev/zero of=whole.csv bs=64 seek=20 count=1 conv=notrunc status=none; cat whole.csv",
    rows: [0, 1, 2, 3, 4, 6, 7, 8, 9, 10, 11],
    findings: { "text-line": "7", "nul-bytes": "7", fragment: "7" },
    setAside: ["7 text-line 0", "7 fragment 3"],
  },
];

const PIECES: readonly Case[] = [
  {
    damage: "split -l 5 whole.csv; cat xac xaa xab",
    rows: [9, 10, 11, 0, 1, 2, 3, 4, 5, 6, 7, 8],
    findings: { "header-misplaced": "4" },
  },
  {
    damage: "split -b 1000 whole.csv; cat xab xac xad xaa",
    rows: [4, 5, 6, 7, 8, 9, 10, 11, 0, 1, 2, 3],
    findings: { "header-misplaced": "10", "blank-line": "1" },
  },
  {
    damage: "split -n 4 whole.csv; cat xaa xac xab xad",
    rows: [0, 1, 7, 8, 3, 4, 5, 10, 11],
    findings: { "json-invalid": "4, 11", "torn-record": "7" },
    setAside: ["4 json-invalid 7", "7 torn-record 4", "11 json-invalid 6"],
  },
  {
    damage: "split -b 1000 whole.csv; cat xaa xac xad",
    rows: [0, 1, 2, 9, 10, 11],
    findings: { "json-invalid": "5" },
    setAside: ["5 json-invalid 7"],
  },
];

const SAME = "15, 17-22, 24-25";

const JOINED: readonly Case[] = [
  { damage: "cat whole.csv whole.csv", rows: ALL, findings: { "header-repeated": "14", "duplicate-record": "15-26" } },
  {
    damage: "cat whole.csv later.csv",
    rows: [0, 2, 3, 4, 5, 6, 7, 8, 10, 11, LATER_1, LATER_9, NEW],
    findings: { "header-repeated": "14", "duplicate-record": SAME, "duplicate-version": "16, 23" },
    setAside: ["3 duplicate-version 8", "11 duplicate-version 8"],
  },
  {
    damage: "cat later.csv whole.csv",
    rows: [...LATER, 6],
    findings: { "header-repeated": "14", "duplicate-record": "15, 17-20, 22-23, 25-26", "duplicate-version": "16, 24" },
    setAside: ["16 duplicate-version 8", "24 duplicate-version 8"],
  },
  { damage: "cat whole.csv; tail -n 1 later.csv", rows: [...ALL, NEW], findings: {}, isValid: true },
  { damage: "head -c -2 whole.csv; tail -n 1 later.csv", rows: [...ALL, NEW], findings: { "joined-records": "13" } },
  {
    damage: "cat later.csv; tail -c 700 whole.csv",
    rows: LATER,
    findings: { "text-line": "14", "duplicate-record": "15-16" },
    setAside: ["14 text-line 0"],
  },
  {
    damage: "head -c 1700 whole.csv; tail -n +2 later.csv",
    rows: [0, 2, 3, 4, 5, LATER_1, 7, 8, LATER_9, 10, 11, NEW],
    findings: { "torn-record": "8", "duplicate-record": "8, 10-13", "duplicate-version": "9" },
    setAside: ["3 duplicate-version 8", "8 torn-record 6"],
  },
];

test.runIf(canDamage).for(titled(CUTS, ZEROS, PIECES, JOINED))("%s", async ([, damage]) => {
  const { is, should } = await outcomes(damage);
  expect(is).toEqual(should);
});
