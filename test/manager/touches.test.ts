import { expect, test } from "vitest";
import type { LiveSession } from "../../src/manager/live-sessions.js";
import { Touches } from "../../src/manager/touches.js";

const session = (lastActivity: number): LiveSession => ({ sessionId: "s", lastActivity }) as LiveSession;

test("a touch that is not written after all waits from what the record says to the last one", () => {
  const touches = new Touches();
  const touched = session(1);
  touches.add(touched, 5);
  const taken = touches.take();
  touches.waitAgain(taken);
  expect(touches.all).toEqual(new Map([["s", { from: 1, to: 5 }]]));
  const again = touches.take();
  touches.add(touched, 9);
  touches.waitAgain(again);
  expect(touches.all).toEqual(new Map([["s", { from: 1, to: 9 }]]));
});

test("a touch that is earlier than what is known changes nothing", () => {
  const touches = new Touches();
  const touched = session(7);
  touches.add(touched, 5);
  expect([touched.lastActivity, touches.all.get("s")]).toEqual([7, { from: 7, to: 7 }]);
});
