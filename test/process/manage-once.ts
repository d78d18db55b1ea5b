// The process under test: changes by a SessionManager, and what it then says the file holds.
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import { SessionsError } from "../../src/errors.js";
import { SessionManager } from "../../src/manager/session-manager.js";
import { breakProtocol } from "./break-protocol.js";

const SCENARIOS: Readonly<Record<string, (sessions: SessionManager) => Promise<void>>> = {
  "three changes": threeChanges,
  "beside a hand edit": besideHandEdit,
  "until it is refused": untilRefused,
};

const [, , file = "", scenario = "three changes", broken = ""] = process.argv;
await breakProtocol(broken);
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
  const timing = { timeoutMinutes: 1_000_000, cleanupIntervalMinutes: 0, lockWaitMs: 300 };
  manager = await SessionManager.open({ store: file, ...timing });
});
const opened = manager;
if (opened !== undefined) {
  await SCENARIOS[scenario]?.(opened);
  const held = opened.getAllSessions().map(({ userId, metadataText }) => [userId, metadataText.length]);
  await attempt(() => opened.close());
  fs.writeSync(1, `${JSON.stringify({ answers, held })}\n`);
} else fs.writeSync(1, `${JSON.stringify({ answers, held: [] })}\n`);

async function threeChanges(sessions: SessionManager): Promise<void> {
  await attempt(() => sessions.getOrCreateSession({ userId: "u1", platform: "api" }));
  await attempt(() =>
    sessions.getOrCreateSession({ userId: "u2", platform: "api", metadata: { text: "y".repeat(3000) } }),
  );
  const [first] = sessions.getUserSessions("u1");
  if (first !== undefined) await attempt(() => sessions.updateSessionMetadata(first.sessionId, { n: 1 }));
}

async function besideHandEdit(sessions: SessionManager): Promise<void> {
  await attempt(() => sessions.getOrCreateSession({ userId: "u1", platform: "api", metadata: { n: 0 } }));
  const [first] = sessions.getUserSessions("u1");
  if (first === undefined) return;
  // Its calls do not fail: it gets nothing of this environment.
  execFileSync("/bin/sed", ["-i", 's/""n"": 0/""n"": 7/', file], { env: {} });
  await attempt(() => sessions.updateSessionMetadata(first.sessionId, { n: 1 }));
}

/** 40 sessions at the most. */
async function untilRefused(sessions: SessionManager): Promise<void> {
  const metadata = { text: "x".repeat(5000) };
  for (let n = 0; n < 40 && answers.every((answer) => answer === "OK"); n += 1) {
    await attempt(() => sessions.getOrCreateSession({ userId: `u${n}`, platform: "api", metadata }));
  }
}
