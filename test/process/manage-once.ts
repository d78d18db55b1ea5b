// The process under test: three changes by a SessionManager, and what it then says the file holds.
import fs from "node:fs";
import { SessionsError } from "../../src/errors.js";
import { SessionManager } from "../../src/manager/session-manager.js";

const [, , file = ""] = process.argv;
const answers: string[] = [];

async function attempt(change: () => Promise<unknown>): Promise<void> {
  try {
    await change();
    answers.push("OK");
  } catch (error) {
    if (!(error instanceof SessionsError)) throw error;
    answers.push(error.code);
  }
}

let manager: SessionManager | undefined;
await attempt(async () => {
  manager = await SessionManager.open({ store: file, timeoutMinutes: 1_000_000, cleanupIntervalMinutes: 0 });
});
const opened = manager;
if (opened !== undefined) {
  await attempt(() => opened.getOrCreateSession({ userId: "u1", platform: "api" }));
  await attempt(() =>
    opened.getOrCreateSession({ userId: "u2", platform: "api", metadata: { text: "y".repeat(3000) } }),
  );
  const [first] = opened.getUserSessions("u1");
  if (first !== undefined) await attempt(() => opened.updateSessionMetadata(first.sessionId, { n: 1 }));
  const held = opened.getAllSessions().map(({ userId, metadataText }) => [userId, metadataText.length]);
  await attempt(() => opened.close());
  fs.writeSync(1, `${JSON.stringify({ answers, held })}\n`);
} else fs.writeSync(1, `${JSON.stringify({ answers, held: [] })}\n`);
