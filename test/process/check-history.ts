// Whether a history is what one correct copy of each session could have given.
//
// What it proves, for each session by itself: there is an order of its operations in which an operation that ended before
// another one began comes first, each acknowledged one had its effect once, each one that was refused had none, each one
// whose process was killed had one once or none, and every observation of the file, the last one too, saw what is there at
// that point of the order. So an acknowledged change is in the file until a later one covers it; what is deleted stays deleted until it is
// created, imported or undone again; and nothing is there that nobody wrote. In other words: each session is a linearizable
// register (Herlihy and Wing 1990), found by trying all orders (Wing and Gong 1993).
//
// What it does not prove: that a change of several sessions was made to all of them at one moment; anything about
// `last_activity`, and what `getOrCreateSession` and reads gave from memory.
import { stateText, type State, type Step } from "./history.js";

/** A state that the session may be in, and which of the steps under way have had their effect then. */
interface Possibility {
  readonly state: State;
  readonly done: ReadonlySet<Step>;
}

/** What cannot have happened, a line for each session where the history breaks; empty where all is well. */
export function findViolations(steps: readonly Step[]): string[] {
  const bySession = new Map<string, Step[]>();
  for (const step of steps) {
    const others = bySession.get(step.sessionId);
    if (others === undefined) bySession.set(step.sessionId, [step]);
    else others.push(step);
  }
  return Array.from(bySession.values(), firstViolation).filter((violation) => violation !== undefined);
}

/** @param steps of one session */
function firstViolation(steps: readonly Step[]): string | undefined {
  const moments = steps.flatMap((step) => [
    { time: step.begin, step, isEnd: false },
    { time: step.end, step, isEnd: true },
  ]);
  moments.sort((left, right) => left.time - right.time || Number(left.isEnd) - Number(right.isEnd));
  const underWay = new Set<Step>();
  let possible: readonly Possibility[] = [{ state: undefined, done: new Set() }];
  for (const { step, isEnd } of moments) {
    if (!isEnd) {
      underWay.add(step);
      continue;
    }
    const reachable = allOrders(possible, underWay);
    const left = reachable.filter(({ done }) => step.isUncertain || done.has(step));
    if (left.length === 0) {
      const states = [...new Set(reachable.map(({ state }) => stateText(state)))].join(" or ");
      return `${step.sessionId}: ${step.what}, but the session is ${states}`;
    }
    underWay.delete(step);
    possible = distinct(left.map(({ state, done }) => ({ state, done: without(done, step) })));
  }
  return undefined;
}

/** Everything that can come of the steps under way, in any order and number. */
function allOrders(possible: readonly Possibility[], underWay: ReadonlySet<Step>): readonly Possibility[] {
  const ids = new Map(Array.from(underWay, (step, id) => [step, id]));
  const found = new Map(possible.map((one) => [keyOf(one, ids), one]));
  // A map gives what is added while it is gone through too.
  for (const { state, done } of found.values()) {
    for (const step of underWay) {
      if (done.has(step)) continue;
      const after = step.apply(state);
      if (after === "impossible") continue;
      const next = { state: after, done: new Set(done).add(step) };
      const key = keyOf(next, ids);
      if (!found.has(key)) found.set(key, next);
    }
  }
  return [...found.values()];
}

function distinct(possible: readonly Possibility[]): readonly Possibility[] {
  const ids = new Map<Step, number>();
  for (const { done } of possible) for (const step of done) if (!ids.has(step)) ids.set(step, ids.size);
  return [...new Map(possible.map((one) => [keyOf(one, ids), one])).values()];
}

function keyOf({ state, done }: Possibility, ids: ReadonlyMap<Step, number>): string {
  const places = Array.from(done, (step) => ids.get(step) ?? -1).sort((left, right) => left - right);
  return JSON.stringify([stateText(state), places]);
}

function without(done: ReadonlySet<Step>, step: Step): ReadonlySet<Step> {
  const rest = new Set(done);
  rest.delete(step);
  return rest;
}
