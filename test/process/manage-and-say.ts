// The process under test of manager-power-cut.test.ts: changes by a SessionManager, one after the other and several at once,
// beside an edit by hand. A line `OK` with JSON [user, member n, last activity, pending tool] is printed as soon as that
// is acknowledged.
import fs from "node:fs";
import type { ManagedSession } from "../../src/manager/managed-session.js";
import { SessionManager } from "../../src/manager/session-manager.js";
import { breakProtocol } from "./break-protocol.js";

const [, , file = "", scenario = "", broken = ""] = process.argv;
await breakProtocol(broken);
const manager = await SessionManager.open({ store: file, timeoutMinutes: 100_000_000, cleanupIntervalMinutes: 0 });
const id = (user: string): string => manager.getUserSessions(user)[0]?.sessionId ?? "";

function say(session: ManagedSession | undefined): void {
  if (session === undefined) throw new Error("There is no such session");
  const { userId, metadata, lastActivity, pendingApproval } = session;
  fs.writeSync(
    1,
    `OK ${JSON.stringify([userId, metadata["n"], lastActivity, pendingApproval?.["tool_name"] ?? ""])}\n`,
  );
}

async function set(user: string, n: number): Promise<void> {
  say(await manager.updateSessionMetadata(id(user), { n }));
}

const scenarios: Readonly<Record<string, () => Promise<void>>> = {
  "single commits": async () => {
    say(await manager.getOrCreateSession({ userId: "u1", platform: "api", metadata: { n: 1 } }));
    await set("u1", 2);
    say(await manager.setPendingApproval(id("u1"), { tool_name: "x" }));
  },
  "group commits": async () => {
    const create = async (user: string): Promise<void> =>
      say(await manager.getOrCreateSession({ userId: user, platform: "api", metadata: { n: 1 } }));
    await Promise.all(["u1", "u2", "u3", "u4"].map(create));
    await Promise.all([set("u1", 2), set("u2", 2), set("u3", 2)]);
  },
  touches: async () => {
    await manager.getOrCreateSession({ userId: "u1", platform: "api", metadata: { n: 1 } });
    await manager.getOrCreateSession({ userId: "u2", platform: "api", metadata: { n: 1 } });
    await new Promise((resolve) => setTimeout(resolve, 5));
    const touched = ["u1", "u2"].map((user) => manager.getSession(id(user)));
    await manager.flush();
    touched.forEach(say);
  },
  conflicts: async () => {
    say(await manager.getOrCreateSession({ userId: "u1", platform: "api", metadata: { n: 1 } }));
    const before = fs.readFileSync(file, "utf8");
    await set("u1", 2);
    // A careful editor that was opened before.
    const fd = fs.openSync(`${file}~`, "w");
    fs.writeSync(fd, before.replace('""n"": 1', '""n"": 7'));
    fs.fsyncSync(fd);
    fs.closeSync(fd);
    fs.renameSync(`${file}~`, file);
    await set("u1", 3);
  },
};
await scenarios[scenario]?.();
