import { statSync } from "node:fs";
import { expect, test } from "vitest";
import { fileOf, manage } from "./managing.js";

test("in 24 hours of coming and going neither the file nor the manager grows", async () => {
  const { manager, time, file, text } = await manage(fileOf(), { cleanupIntervalMinutes: 5 });
  const perStep = 30;
  const sizes: number[] = [];
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
  }
  // An hour until they expire, and at most ten minutes until they are cleaned up.
  expect(manager.contents.sessions).toBeLessThanOrEqual(7 * perStep);
  expect(text().split("\r\n").length).toBeLessThanOrEqual(7 * perStep + 2);
  expect(Math.max(...sizes.slice(72))).toBeLessThanOrEqual(1.1 * Math.max(...sizes.slice(7, 72)));
  expect(time.timerCount).toBeLessThanOrEqual(2);
});
