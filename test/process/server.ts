// The process under test: a server whose callers make, change and delete sessions with a SessionManager, each in a fixed
// order of steps, until it is killed. A line `<user> <step>` is printed as soon as a step is acknowledged.
import fs from "node:fs";
import { SessionManager } from "../../src/manager/session-manager.js";
import { LAST_STEP, STEPS } from "./session-steps.js";

const [, , file = "", name = "", callers = "", mode = ""] = process.argv;

// The broken protocol: acknowledged before it is on the disk.
const batch = mode === "lazy" ? { batch: { everyMs: 500, changes: 1_000_000 } } : {};
const manager = await SessionManager.open({
  store: file,
  timeoutMinutes: 1_000_000,
  cleanupIntervalMinutes: 0,
  ...batch,
});
fs.writeSync(1, "READY\n");
await Promise.all(Array.from({ length: Number(callers) }, (_, caller) => call(`${name}-${caller}`)));

async function call(caller: string): Promise<never> {
  for (let round = 0; ; round += 1) {
    const userId = `${caller}-${process.pid}-${round}`;
    let sessionId = "";
    for (let step = 0; step <= LAST_STEP(userId); step += 1) {
      const session = await STEPS[step]?.(manager, userId, sessionId);
      sessionId = session?.sessionId ?? sessionId;
      fs.writeSync(1, `${userId} ${step}\n`);
    }
  }
}
