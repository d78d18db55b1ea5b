// Law 3 while somebody deletes the lock file at the worst moment: between a command's open of it and its lock.
import { spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { acquireLock } from "../../src/storage/lock.js";
import { PLAIN_CALLS, describeWith, folderWithOld, setUpDriver } from "./harness.js";

const DELAY_MS = 1000;

describeWith(["strace"], "a lock file deleted between open and lock", () => {
  const made = setUpDriver();

  test("is not the lock any more: the command waits for the new one", async () => {
    const { target } = folderWithOld(made.folder);
    const lockPath = `${target}.d/lock`;
    const holder = { pid: 1, host: "test", command: "test", since: "2026-01-01T00:00:00Z" };
    (await acquireLock(target, { waitMs: 0, holder })).release();
    const log = path.join(made.folder, "fcntl.log");
    const inject = `inject=fcntl:delay_enter=${DELAY_MS}ms:when=1`;
    const options = ["-f", "-qq", "-o", log, "-P", lockPath, "-e", "trace=openat,fcntl", "-e", inject];
    const child = spawn("strace", [...options, "node", made.driver, "hold", target, "driver"], {
      stdio: ["ignore", "pipe", "inherit"],
      env: { ...process.env, ...PLAIN_CALLS },
      detached: true,
    });
    onTestFinished(() => {
      if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
    });
    let said = "";
    child.stdout.on("data", (text: Buffer) => (said += text.toString()));
    while (!fs.existsSync(log) || !fs.readFileSync(log, "utf8").includes("O_RDWR")) await sleep(5);

    fs.rmSync(`${target}.d`, { recursive: true });
    const ours = await acquireLock(target, { waitMs: 0, holder });
    await sleep(DELAY_MS + 500);
    expect(said).toBe("");
    const answer = once(child.stdout, "data");
    ours.release();
    await answer;
    expect(said).toBe("HELD\n");
  });
});
