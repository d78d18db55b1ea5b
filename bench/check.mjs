/** Judges answers: is what a tool says what Python's csv module reads? */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { EXPIRED_UNTIL, PRUNED_UNTIL, TASKS, USER } from "./tasks.mjs";

const ANSWER_SCRIPT = fileURLToPath(new URL("answer.py", import.meta.url));

/** What Python's csv module says of the file: `number` of sessions, `groups` of [sessions, expired] by platform. */
export function readReference(python3, file) {
  return askPython(python3, ["reference", file, EXPIRED_UNTIL]);
}

/**
 * Compares an answer with the reference.
 *
 * @param format how the answer is written, see tools.mjs
 * @returns "right", "no answer" for what gives none, or "wrong by N %"
 */
export function judge(python3, { file, task, format, answerFile, reference }) {
  if (format === "none") return "no answer";
  try {
    if (TASKS[task].answer === "sessions") {
      const { expected, got, wrong } = askPython(python3, [
        ...["compare", file, task, format, answerFile, USER, PRUNED_UNTIL],
      ]);
      return verdict(wrong, expected, `${got} of ${expected} sessions`);
    }
    const text = readFileSync(answerFile, "utf8");
    if (TASKS[task].answer === "number") {
      const got = readNumber(text, format);
      return verdict(Math.abs(got - reference.number), reference.number, String(got));
    }
    return verdict(groupDistance(readGroups(text, format), reference.groups), reference.number, "other groups");
  } catch (error) {
    return `unreadable answer (${String(error.message).trim().split("\n").at(-1).slice(0, 100)})`;
  }
}

function verdict(wrong, expected, detail) {
  if (wrong === 0) return "right";
  const percent = (100 * wrong) / Math.max(1, expected);
  return Number.isFinite(percent) ? `wrong by ${percent.toPrecision(2)} % (${detail})` : `wrong (${detail})`;
}

function readNumber(text, format) {
  if (format === "lines") return parseInt(text, 10) - 1;
  if (format !== "ours") return parseInt(text, 10);
  return JSON.parse(text).total;
}

function readGroups(text, format) {
  if (format === "groups") return JSON.parse(text);
  if (format === "ours") return readOurGroups(JSON.parse(text));
  const lines = text.trim().split(/\r?\n/);
  const groups = lines.map((line) => line.split(",")).filter(([, count]) => /^\d+$/.test(count));
  return Object.fromEntries(groups.map(([name, ...counts]) => [name, counts.map(Number)]));
}

/** The groups of `stats --json`. */
function readOurGroups({ groups }) {
  return Object.fromEntries(groups.map(({ key, total, expired }) => [key, [total, expired]]));
}

/** In how many sessions two groupings differ, at least. */
function groupDistance(got, expected) {
  let distance = 0;
  for (const name of new Set([...Object.keys(got), ...Object.keys(expected)])) {
    const [count, expired] = got[name] ?? [0, 0];
    const [rightCount, rightExpired] = expected[name] ?? [0, 0];
    distance += Math.max(Math.abs(count - rightCount), Math.abs(expired - rightExpired));
  }
  return distance;
}

function askPython(python3, argv) {
  const { status, stdout, stderr } = spawnSync(python3, [ANSWER_SCRIPT, ...argv], { encoding: "utf8" });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}
