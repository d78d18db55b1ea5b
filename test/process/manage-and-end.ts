// The process under test of manager-end.test.ts: acknowledged work, and no `close`. It prints when the work was acknowledged,
// in milliseconds since 1970.
import fs from "node:fs";
import { SessionManager } from "../../src/manager/session-manager.js";

const [, , file = "", scenario = ""] = process.argv;
const everyMs = scenario === "full batch" ? 600_000 : 400;
const sessions = await SessionManager.open({
  store: file,
  timeoutMinutes: 100_000_000,
  // Where it runs, nothing is left to do.
  cleanupIntervalMinutes: scenario === "nothing" ? 0.05 : 0,
  ...(scenario.includes("batch") ? { batch: { everyMs, changes: 2 } } : {}),
});
const [session] = sessions.getAllSessions();
const id = session?.sessionId ?? "";

const scenarios: Readonly<Record<string, () => Promise<unknown>>> = {
  nothing: async () => void sessions.events.on("changed", () => undefined),
  batch: () => sessions.updateSessionMetadata(id, { n: 1 }),
  "full batch": () => Promise.all([sessions.updateSessionMetadata(id, { n: 1 }), sessions.clearPendingApproval(id)]),
  touch: async () => sessions.getSession(id),
  "touch of a file that is gone": async () => {
    sessions.getSession(id);
    fs.rmSync(file);
  },
};
await scenarios[scenario]?.();
fs.writeSync(1, `${Date.now()}\n`);
