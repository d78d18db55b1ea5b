import { statSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { fileOf, manage } from "./managing.js";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

/** MiB that are in use, in JavaScript's heap and in buffers. */
function memoryInUse(): number {
  collectGarbage();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return (heapUsed + arrayBuffers) / 1024 / 1024;
}

test("in 24 hours of coming and going neither the file nor the manager nor its memory grows", async () => {
  const { manager, time, file, text } = await manage(fileOf(), { cleanupIntervalMinutes: 5 });
  const perStep = 150;
  const sizes: number[] = [];
  const memory: number[] = [];
  for (let minute = 0; minute < 24 * 60; minute += 10) {
    const users = Array.from({ length: perStep }, (_, n) => ({ userId: `api_${minute}_${n}`, platform: "api" }));
    const sessions = await Promise.all(users.map((user) => manager.getOrCreateSession(user)));
    for (const { sessionId } of sessions) manager.getSession(sessionId);
    await manager.setPendingApproval(sessions[0]?.sessionId ?? "", {
      tool_name: "apply_edit",
      text: "x".repeat(minute % 700),
    });
    time.advance(10 * 60_000);
    await manager.flush();
    sizes.push(statSync(file).size);
    memory.push(memoryInUse());
  }
  // An hour until they expire, and at most ten minutes until they are cleaned up.
  expect(manager.contents.sessions).toBeLessThanOrEqual(7 * perStep);
  expect(text().split("\r\n").length).toBeLessThanOrEqual(7 * perStep + 2);
  expect(Math.max(...sizes.slice(72))).toBeLessThanOrEqual(1.1 * Math.max(...sizes.slice(7, 72)));
  expect(time.timerCount).toBeLessThanOrEqual(2);
  // From the hour on in which all is known that is kept of sessions that are gone; in MiB.
  expect((memory.at(-1) ?? 0) - (memory[13 * 6] ?? 0)).toBeLessThan(1);
});
