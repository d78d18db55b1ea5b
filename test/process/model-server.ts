// The process under test: a server whose callers create, change and delete sessions of a file that seven other processes
// work on too. Before and after each operation a line of JSON goes to standard output, which is a file.
import fs from "node:fs";
import { SessionsError } from "../../src/errors.js";
import type { ManagedSession } from "../../src/manager/managed-session.js";
import { SessionManager } from "../../src/manager/session-manager.js";
import { breakProtocol } from "./break-protocol.js";
import { monotonicTime } from "./history.js";
import type { ServerAction, ServerLine } from "./server-log.js";

const [, , file = "", name = "", callers = "", limit = "Infinity", broken = ""] = process.argv;
let nextId = "";
let acknowledged = 0;
let isStopping = false;
process.on("SIGTERM", () => (isStopping = true));

await breakProtocol(broken);
const manager = await SessionManager.open({
  store: file,
  timeoutMinutes: 100_000_000,
  cleanupIntervalMinutes: 0,
  touchDelayMs: 100,
  createId: () => nextId,
});
say({ kind: "ready", time: monotonicTime() });
await Promise.all(Array.from({ length: Number(callers) }, (_, caller) => call(`${name}-${caller}`)));
await manager.close();

async function call(caller: string): Promise<void> {
  for (let round = 0; !isStopping && acknowledged < Number(limit); round += 1) {
    const sessions = manager.getAllSessions();
    const { sessionId = "" } = sessions[Math.floor(Math.random() * sessions.length)] ?? {};
    // So many that the file neither grows nor runs empty.
    const action = sessionId === "" || Math.random() < 6 / sessions.length ? "create" : pick();
    await attempt(`${caller}-${round}`, action, sessionId);
  }
}

function pick(): ServerAction {
  const chance = Math.random();
  if (chance < 0.45) return "update";
  if (chance < 0.65) return "approve";
  if (chance < 0.85) return "clear";
  return chance < 0.95 ? "touch" : "delete";
}

async function attempt(operation: string, action: ServerAction, known: string): Promise<void> {
  const sessionId = action === "create" ? operation : known;
  if (action !== "touch") acknowledged += 1;
  say({ kind: "begin", time: monotonicTime(), operation, action, sessionId });
  try {
    const session = await run(operation, action, sessionId);
    const time = monotonicTime();
    if (session === undefined && action !== "touch") acknowledged -= 1;
    if (session === undefined) say({ kind: "end", time, operation, answer: "NOTHING" });
    else if (session === "deleted") say({ kind: "end", time, operation, answer: "OK" });
    else say({ kind: "end", time, operation, answer: "OK", approval: session.pendingApprovalText ?? "" });
  } catch (error) {
    if (!(error instanceof SessionsError)) throw error;
    if (action !== "touch") acknowledged -= 1;
    say({ kind: "end", time: monotonicTime(), operation, answer: error.code });
  }
}

async function run(
  operation: string,
  action: ServerAction,
  sessionId: string,
): Promise<ManagedSession | "deleted" | undefined> {
  switch (action) {
    case "create":
      nextId = sessionId;
      return manager.getOrCreateSession({ userId: `api_${sessionId}`, platform: "api", metadata: { v: operation } });
    case "update":
      return manager.updateSessionMetadata(sessionId, { v: operation });
    case "approve":
      return manager.setPendingApproval(sessionId, { tag: operation });
    case "clear":
      return manager.clearPendingApproval(sessionId);
    case "delete":
      return (await manager.deleteSession(sessionId)) ? "deleted" : undefined;
    case "touch":
      manager.getSession(sessionId);
      return undefined;
  }
}

function say(line: ServerLine): void {
  fs.writeSync(1, `${JSON.stringify(line)}\n`);
}
