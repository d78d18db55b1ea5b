// Law 4 for a server on a full disk, beside a holder of the lock that was stopped, and under the eyes of a reader.
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";
import { once } from "node:events";
import { parse } from "csv-parse/sync";
import { execa } from "execa";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { SessionManager } from "../../src/manager/session-manager.js";
import { COLUMN_NAMES } from "../../src/session/columns.js";
import { failureOf } from "../storage/folder.js";
import { brokenProtocols } from "./broken-protocols.js";
import { describeWith, setUpDriver } from "./harness.js";

const HEADER = `${COLUMN_NAMES.join(",")}\r\n`;

async function open(file: string, lockWaitMs = 10_000): Promise<SessionManager> {
  return SessionManager.open({ store: file, timeoutMinutes: 1_000_000, cleanupIntervalMinutes: 0, lockWaitMs });
}

function usersIn(file: string): string[] {
  return parse<Record<string, string>>(fs.readFileSync(file), { columns: true }).map(({ user_id: user = "" }) => user);
}

describeWith(["mount"], "a manager on a full disk", () => {
  const made = setUpDriver("test/process/manage-once.ts");
  const folder = fs.mkdtempSync("/tmp/sessions-full-");
  beforeAll(() => void execFileSync("mount", ["-t", "tmpfs", "-o", "size=400k", "tmpfs", folder]));
  afterAll(() => {
    execFileSync("umount", [folder]);
    fs.rmdirSync(folder);
  });

  test("refuses what does not fit, keeps what it acknowledged, and goes on when there is room", async () => {
    const file = path.join(folder, "s.csv");
    fs.writeFileSync(file, HEADER);
    fs.writeFileSync(path.join(folder, "filler"), Buffer.alloc(150_000));
    const manager = await open(file);
    const acknowledged: string[] = [];
    const create = (userId: string) =>
      manager.getOrCreateSession({ userId, platform: "api", metadata: { text: "x".repeat(5000) } });
    const failure = await failureOf(async () => {
      for (let n = 0; n < 100; n += 1) acknowledged.push((await create(`u${n}`)).userId);
    });
    expect([failure.code, failure.details.path]).toEqual(["IO_FAILED", file]);
    expect(acknowledged.length).toBeGreaterThan(5);
    expect(usersIn(file)).toEqual(acknowledged);
    expect(manager.getAllSessions().map(({ userId }) => userId)).toEqual(acknowledged);
    fs.rmSync(path.join(folder, "filler"));
    acknowledged.push((await create("later")).userId);
    await manager.close();
    expect(usersIn(file)).toEqual(acknowledged);
  });

  test("a manager that believes every write is found to lose sessions", async () => {
    const file = path.join(folder, "broken.csv");
    fs.writeFileSync(file, HEADER);
    fs.writeFileSync(path.join(folder, "filler"), Buffer.alloc(250_000));
    const { stdout } = await execa("node", [made.driver, file, "until it is refused", "believes every write"]);
    const [, ...answers] = (JSON.parse(stdout) as { answers: string[] }).answers;
    const text = fs.readFileSync(file, "utf8");
    const lost = answers.flatMap((answer, n) => (answer === "OK" && !text.includes(`,u${n},`) ? [`u${n}`] : []));
    expect(lost).not.toEqual([]);
  });
});

describeWith([], "a manager beside other processes", () => {
  const made = setUpDriver();
  const manage = setUpDriver("test/process/manage-once.ts");

  /** A process that holds the lock and is stopped. */
  async function stoppedHolder(file: string): Promise<ChildProcess> {
    const holder = spawn("node", [made.driver, "hold", file, "sessions prune"], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    onTestFinished(() => void holder.kill("SIGKILL"));
    await once(createInterface({ input: holder.stdout }), "line");
    holder.kill("SIGSTOP");
    return holder;
  }

  test("waits for a holder of the lock that was stopped, says who it is, and goes on when it is gone", async () => {
    const file = path.join(fs.mkdtempSync(path.join(made.folder, "case-")), "s.csv");
    fs.writeFileSync(file, HEADER);
    const manager = await open(file, 300);
    const holder = await stoppedHolder(file);
    const failure = await failureOf(() => manager.getOrCreateSession({ userId: "u1", platform: "api" }));
    expect([failure.code, failure.details.holder?.command]).toEqual(["STORE_LOCKED", "sessions prune"]);
    expect([usersIn(file), manager.getAllSessions()]).toEqual([[], []]);
    holder.kill("SIGKILL");
    await once(holder, "exit");
    await manager.getOrCreateSession({ userId: "u2", platform: "api" });
    await manager.close();
    expect(usersIn(file)).toEqual(["u2"]);
  });

  test("is found to write beside a holder that was stopped where it ignores the lock", async () => {
    const file = path.join(fs.mkdtempSync(path.join(made.folder, "case-")), "s.csv");
    const users = async (broken: string): Promise<string[]> => {
      fs.writeFileSync(file, HEADER);
      const holder = await stoppedHolder(file);
      await execa("node", [manage.driver, file, "until it is refused", broken]);
      holder.kill("SIGKILL");
      return usersIn(file);
    };
    expect(await users("")).toEqual([]);
    expect(await users("ignores the lock")).not.toEqual([]);
  });
});

describeWith([], "a reader that looks every millisecond", () => {
  const made = setUpDriver("test/process/watch-file.ts");

  async function seenWhile(write: (file: string) => Promise<void>): Promise<Seen> {
    const file = path.join(fs.mkdtempSync(path.join(made.folder, "case-")), "s.csv");
    fs.writeFileSync(file, HEADER);
    const reader = spawn("node", [made.driver, file], { stdio: ["pipe", "pipe", "inherit"] });
    const lines = createInterface({ input: reader.stdout });
    await once(lines, "line");
    const answer = once(lines, "line") as Promise<[string]>;
    await write(file);
    reader.stdin.end();
    return JSON.parse((await answer)[0]) as Seen;
  }

  test("always sees one whole version of what a manager writes", async () => {
    const seen = await seenWhile(async (file) => {
      const manager = await open(file);
      for (let n = 0; n < 300; n += 1) {
        await manager.getOrCreateSession({ userId: `u${n}`, platform: "api", metadata: { text: "y".repeat(n * 20) } });
      }
      await manager.close();
    });
    expect(seen.faults).toEqual([]);
    expect(seen.versions).toBeGreaterThan(20);
  });

  test("is seen to find a writer that writes the file in place", async () => {
    const row = "s1,u1,api,t1,2025-09-30T08:00:00,2025-09-30T08:00:00,,{}\r\n";
    const seen = await seenWhile(async (file) => {
      for (let n = 1; n <= 300; n += 1) {
        const content = HEADER + row.repeat(n * 20);
        brokenProtocols["truncate-and-write"]?.(file, content);
      }
    });
    expect(seen.faults).toContain("cut off");
  });
});

interface Seen {
  readonly looks: number;
  readonly versions: number;
  readonly faults: readonly string[];
}
