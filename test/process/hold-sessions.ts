// The process under test: a manager holds all sessions of a file, changes some over and over and makes some; then the process
// says how much memory it has. To be run with --expose-gc.
import fs from "node:fs";
import { SessionManager } from "../../src/manager/session-manager.js";

const [, , file = "", ...ids] = process.argv;
const manager = await SessionManager.open({ store: file, timeoutMinutes: 100_000_000, cleanupIntervalMinutes: 0 });
for (let n = 1; n <= 20; n += 1) {
  await Promise.all(ids.map((id) => manager.updateSessionMetadata(id, { n })));
  await manager.getOrCreateSession({ userId: `u${n}`, platform: "api" });
}
const sessions = manager.contents.sessions;
globalThis.gc?.();
fs.writeSync(1, JSON.stringify({ sessions, mebibytes: process.memoryUsage().rss / 1024 / 1024 }));
await manager.close();
