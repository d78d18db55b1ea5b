// Two versions of the file in one: the output of diff, and a merge of git that failed.
import { expect, test } from "vitest";
import { has } from "./backend.js";
import { ALL, canDamage, LATER, LATER_1, LATER_9, NEW, outcomes, titled, type Case } from "./damage.js";
import type { Row } from "./judge.js";

const REMOVED = (...lines: readonly number[]): readonly string[] => lines.map((line) => `${line} diff-output 0`);

const DIFFS: readonly Case[] = [
  {
    damage: "diff -u whole.csv later.csv; true",
    rows: LATER,
    findings: { "diff-output": "1-3, 5-19", "header-misplaced": "4" },
    setAside: REMOVED(6, 12, 15),
  },
  {
    damage: "diff -u later.csv whole.csv; true",
    rows: ALL,
    findings: { "diff-output": "1-3, 5-19", "header-misplaced": "4" },
    setAside: REMOVED(6, 15, 19),
  },
  {
    damage: "diff whole.csv later.csv; true",
    rows: [LATER_1, LATER_9, NEW],
    findings: { "header-missing": "1", "diff-output": "1-12" },
    setAside: REMOVED(2, 6, 8),
  },
];

const GIT_DIFF: Case = {
  damage: "git diff --no-index whole.csv later.csv; true",
  rows: LATER,
  findings: { "diff-output": "1-5, 7-21", "header-repeated": "6" },
  setAside: REMOVED(8, 14, 17),
};

/**
 * One branch saves the sessions later, on the other one session 1 was active later still.
 * @param option of git merge
 */
function merge(option: string): string {
  return `exec 3>&1 >&2
git init -q .
commit() { git add sessions.csv; git commit -q -m "$1"; }
cp whole.csv sessions.csv; commit base; git branch theirs
cp later.csv sessions.csv; commit ours
git checkout -q theirs
sed '3s/T08:10:00.898938/T11:10:00.123456/' whole.csv >sessions.csv; commit theirs
git checkout -q -
git ${option} merge -q theirs && exit 1
cat sessions.csv >&3`;
}

function active(row: Row | undefined, time: string): Row {
  return (row ?? []).map((value, column) => (column === 5 ? time : value));
}

const theirs = (whole: readonly Row[]): Row => active(whole[1], "2025-09-30T11:10:00.123456");

const MERGES: readonly Case[] = [
  {
    name: "a merge of git that failed",
    damage: merge(""),
    rows: (whole) => [0, theirs(whole), 2, 3, 4, 5, 7, 8, LATER_9, 10, 11, NEW],
    findings: { "merge-marker": "3, 5, 7", "duplicate-version": "6" },
    setAside: ["4 duplicate-version 8"],
  },
  {
    name: "a merge of git that failed, with the base",
    damage: merge("-c merge.conflictStyle=diff3"),
    rows: (whole) => [0, theirs(whole), 2, 3, 4, 5, 7, 8, LATER_9, 10, 11, NEW],
    findings: { "merge-marker": "3, 5, 7, 9", "duplicate-version": "6, 8" },
    setAside: ["4 duplicate-version 8", "6 duplicate-version 8"],
  },
];

test.runIf(canDamage).for(titled(DIFFS))("%s", async ([, damage]) => {
  const { is, should } = await outcomes(damage);
  expect(is).toEqual(should);
});

test.runIf(canDamage && has("git", "--version")).for(titled([GIT_DIFF], MERGES))("%s", async ([, damage]) => {
  const { is, should } = await outcomes(damage);
  expect(is).toEqual(should);
});
