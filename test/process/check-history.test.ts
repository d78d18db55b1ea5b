import { expect, test } from "vitest";
import { findViolations } from "./check-history.js";
import { sameState, stateText, type State, type Step } from "./history.js";

function step(what: string, begin: number, end: number, apply: Step["apply"], isUncertain = false): Step {
  return { sessionId: "s", what, begin, end, isUncertain, apply };
}

function set(version: string, begin: number, end: number, isUncertain = false): Step {
  const apply: Step["apply"] = (before) => (before === undefined ? "impossible" : { ...before, version });
  return step(`set ${version}`, begin, end, apply, isUncertain);
}

const create = step("create", 0, 1, (before) => (before === undefined ? { version: "0", approval: "" } : "impossible"));

function remove(begin: number, end: number, isUncertain = false): Step {
  return step("delete", begin, end, (before) => (before === undefined ? "impossible" : undefined), isUncertain);
}

function seen(version: string | undefined, begin: number, end = begin): Step {
  const state: State = version === undefined ? undefined : { version, approval: "" };
  return step(`seen ${stateText(state)}`, begin, end, (before) => (sameState(before, state) ? before : "impossible"));
}

test.each<[string, readonly Step[]]>([
  ["one step after the other", [create, set("1", 2, 3), seen("1", 4), remove(5, 6), seen(undefined, 7)]],
  ["two steps at the same time, in one order", [create, set("1", 2, 5), set("2", 3, 4), seen("1", 6)]],
  ["two steps at the same time, in the other order", [create, set("1", 2, 5), set("2", 3, 4), seen("2", 6)]],
  ["a step that is seen before it ended", [create, set("1", 2, 9), seen("1", 3), set("2", 4, 5), seen("2", 10)]],
  ["a killed step that was made", [create, set("1", 2, 5, true), seen("1", 6)]],
  ["a killed step that was not made", [create, set("1", 2, 5, true), seen("0", 6)]],
])("nothing is wrong with %s", (_, steps) => {
  expect(findViolations(steps)).toEqual([]);
});

test.each<[string, readonly Step[], string]>([
  ["a change that is lost", [create, set("1", 2, 3), seen("0", 4)], "s: seen 0/-, but the session is 1/-"],
  [
    "a change that is covered by an earlier one",
    [create, set("1", 2, 3), set("2", 4, 5), seen("1", 6)],
    "s: seen 1/-, but the session is 2/-",
  ],
  ["a session that is lost", [create, seen(undefined, 2)], "s: seen absent, but the session is 0/-"],
  ["a deleted session that comes back", [create, remove(2, 3), seen("0", 4)], "s: seen 0/-, but the session is absent"],
  ["a value that nobody set", [create, seen("7", 2)], "s: seen 7/-, but the session is 0/-"],
  ["a session that nobody made", [seen("0", 2)], "s: seen 0/-, but the session is absent"],
  [
    "a change that comes and goes",
    [create, set("1", 2, 9), seen("1", 3), seen("0", 4), seen("1", 10)],
    "s: seen 0/-, but the session is 1/-",
  ],
  ["a change of what is gone", [create, remove(2, 3), set("1", 4, 5)], "s: set 1, but the session is absent"],
  [
    "a step that is made after its process is dead",
    [create, set("1", 2, 5, true), seen("0", 6), seen("1", 7)],
    "s: seen 1/-, but the session is 0/-",
  ],
  ["two deletions of one session", [create, remove(2, 5), remove(3, 4)], "s: delete, but the session is absent"],
])("%s is found", (_, steps, violation) => {
  expect(findViolations(steps)).toEqual([violation]);
});
