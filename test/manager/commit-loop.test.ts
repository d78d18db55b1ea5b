// When commits are made, and whether the process lives until then.
import { expect, test } from "vitest";
import { CommitLoop } from "../../src/manager/commit-loop.js";
import type { TimeSource } from "../../src/manager/system-time.js";

/** A clock that stands at 0; the timers that are planned, in milliseconds, those that keep the process alive with a `!`. */
function timers(): { readonly time: TimeSource; readonly planned: Set<string> } {
  const planned = new Set<string>();
  const after: TimeSource["after"] = (milliseconds, _callback, keepsAlive = false) => {
    const timer = `${milliseconds}${keepsAlive ? "!" : ""}`;
    planned.add(timer);
    return { cancel: () => void planned.delete(timer) };
  };
  return { time: { now: () => 0, after }, planned };
}

test.each([
  ["the earlier of two counts", "200! 100!", "100!"],
  ["a later one changes nothing", "100! 200!", "100!"],
  ["one that keeps the process alive has the earlier one do so", "100 200!", "100!"],
  ["one that does not leaves the earlier one as it is", "100! 200", "100!"],
  ["an earlier one that does not keeps what was planned alive", "200! 100", "100!"],
  ["two that do not keep nothing alive", "200 100", "100"],
])("of planned commits %s", (_, plans, left) => {
  const { time, planned } = timers();
  const commits = new CommitLoop(time, async () => undefined);
  for (const plan of plans.split(" ")) commits.plan(parseInt(plan), plan.endsWith("!"));
  expect([...planned]).toEqual([left]);
});
