// The real command: what it answered is in the file, however it is ended, and it ends in time.
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import { connect } from "node:net";
import path from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { ask, listen } from "../server/serving.js";
import { COLUMN_NAMES } from "../../src/session/columns.js";
import { acquireLock } from "../../src/storage/lock.js";
import { HOLDER } from "../storage/folder.js";

const HEADER = `${COLUMN_NAMES.join(",")}\r\n`;
/** The longest time that it may take to end, and some for starting a process on a busy machine. */
const ENDS_WITHIN_MS = 5000;

// In the checkout, so that the packages outside the bundle are found.
const folder = fs.mkdtempSync(path.resolve("node_modules", ".serve-"));
const entry = path.join(folder, "run.cjs");

beforeAll(async () => {
  await build({
    stdin: { contents: 'import { run } from "./src/cli/entry.ts"; void run(process.argv.slice(2));', resolveDir: "." },
    outfile: entry,
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node20",
    external: ["fs-native-extensions", "fastify", "@fastify/swagger"],
    define: { SESSIONS_VERSION: '"1.2.3"' },
  });
});
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

interface Started {
  readonly child: ChildProcess;
  readonly file: string;
  readonly port: number;
  /** Resolves with the exit code and the milliseconds from now on. */
  readonly ended: () => Promise<{ readonly code: number | null; readonly ms: number }>;
}

const start = (...argv: string[]): Promise<Started> => startWith(HEADER, ...argv);

async function startWith(content: string, ...argv: string[]): Promise<Started> {
  const file = path.join(fs.mkdtempSync(path.join(folder, "case-")), "s.csv");
  fs.writeFileSync(file, content);
  const child = spawn(process.execPath, [entry, "serve", file, "--port", "0", "--json", ...argv], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const exited = once(child, "exit") as Promise<[number | null]>;
  let told = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (told += text));
  while (!told.includes("\n")) await Promise.race([once(child.stdout, "data"), exited]);
  const { url } = JSON.parse(told) as { readonly url: string };
  const ended = async () => {
    const since = performance.now();
    const [code] = await exited;
    return { code, ms: performance.now() - since };
  };
  return { child, file, port: Number(new URL(url).port), ended };
}

test.skipIf(!fs.existsSync("/dev/full"))(
  "a server that cannot say where it listens ends (needs /dev/full)",
  async () => {
    const file = path.join(fs.mkdtempSync(path.join(folder, "case-")), "s.csv");
    fs.writeFileSync(file, HEADER);
    const full = fs.openSync("/dev/full", "w");
    const child = spawn(process.execPath, [entry, "serve", file, "--port", "0", "--json"], {
      stdio: ["ignore", full, "ignore"],
    });
    fs.closeSync(full);
    onTestFinished(() => void child.kill("SIGKILL"));
    const [code] = (await once(child, "exit", { signal: AbortSignal.timeout(10_000) })) as [number | null];
    expect(code).toBe(15);
  },
);

test("its options reach the server: what is expired, when it goes, which pages may ask", async () => {
  const row = (id: string, minutesAgo: number): string => {
    const time = new Date(Date.now() - minutesAgo * 60_000).toISOString().slice(0, -1);
    return `${id},u_${id},api,t,${time},${time},"{""tool"": ""x""}",{}\r\n`;
  };
  const content = HEADER + row("old", 600) + row("idle", 30) + row("new", 1);
  const options = ["--timeout", "45m", "--cleanup-interval", "2s", "--cors-origin", "https://admin.example"];
  const { child, file, port, ended } = await startWith(content, ...options);
  let said = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (said += text));
  const answer = await fetch(`http://127.0.0.1:${port}/api/stats`, { headers: { origin: "https://admin.example" } });
  expect(answer.headers.get("access-control-allow-origin")).toBe("https://admin.example");
  expect(await answer.json()).toMatchObject({ total: 3, expired: 1 });
  while (!said.includes("Removed")) await once(child.stderr ?? child, "data", { signal: AbortSignal.timeout(10_000) });
  expect(said).toContain("Expired sessions leave the file in 2s, with a pending approval or not");
  expect(said).toContain("Removed 1 expired session\n");
  expect(fs.readFileSync(file, "utf8")).toBe(content.replace(/^old.*\r\n/m, ""));
  child.kill("SIGTERM");
  expect((await ended()).code).toBe(0);
});

test("where the file is gone it is said how to bring it back, not how to begin anew", async () => {
  const { child, file, port } = await start();
  let said = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (said += text));
  fs.rmSync(file);
  const created = await fetch(`http://127.0.0.1:${port}/api/sessions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: '{"user_id": "u", "platform": "api"}',
  });
  expect(created.status).toBe(503);
  while (!said.includes("bring it back")) {
    await once(child.stderr ?? child, "data", { signal: AbortSignal.timeout(10_000) });
  }
  expect(said).toContain(`sessions -s ${file} restore latest`);
  expect(said).not.toContain("init");
});

test("where an editor that was open before takes changes back, it says so, and where both versions stand", async () => {
  const { child, file, port } = await start();
  let said = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (said += text));
  const post = await ask(port, "POST", "/api/sessions", '{"user_id": "u", "platform": "api", "metadata": {"n": 0}}');
  const { session_id: id } = JSON.parse(post.text) as { session_id: string };
  const read = fs.readFileSync(file, "utf8");
  await ask(port, "PATCH", `/api/sessions/${id}/metadata`, '{"n": 1}');
  fs.writeFileSync(file, read.replace('""n"": 0', '""n"": 7'));
  await ask(port, "PATCH", `/api/sessions/${id}/metadata`, '{"m": 2}');
  while (!said.includes("--conflicts"))
    await once(child.stderr ?? child, "data", { signal: AbortSignal.timeout(10_000) });
  expect(said).toContain(
    "warning: a program without our lock, such as an editor, changed 1 session that changed here too. What counts, and what does not: sessions -s ",
  );
});

test("a signal that others send to have logs reopened opens no debugger", async () => {
  const { child, port } = await start();
  let said = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (said += text));
  child.kill("SIGUSR1");
  // Asked until the signal has surely come.
  for (let time = 0; time < 20; time += 1) {
    expect((await ask(port, "GET", "/health")).status).toBe(200);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  expect(said).not.toContain("Debugger");
});

/** Users whose session was answered with 201, from several clients that ask until nobody answers any more. */
function createUntilTheEnd(
  port: number,
  clients: number,
): { readonly answered: Set<string>; readonly done: Promise<unknown> } {
  const answered = new Set<string>();
  const client = async (name: number): Promise<void> => {
    for (let n = 0; ; n += 1) {
      const user = `api_${name}_${n}`;
      const answer = await ask(port, "POST", "/api/sessions", JSON.stringify({ user_id: user, platform: "api" })).catch(
        () => undefined,
      );
      if (answer === undefined) return;
      expect([201, 503]).toContain(answer.status);
      if (answer.status === 201) answered.add(user);
    }
  };
  return { answered, done: Promise.all(Array.from({ length: clients }, (_, name) => client(name))) };
}

function usersIn(file: string): Set<string> {
  const lines = fs.readFileSync(file, "utf8").split("\r\n").slice(1, -1);
  return new Set(lines.map((line) => line.split(",")[1] ?? ""));
}

test.each(["SIGTERM", "SIGINT"] as const)(
  "%s under load loses nothing that was answered, and ends with 0",
  async (signal) => {
    const { child, file, port, ended } = await start();
    const { answered, done } = createUntilTheEnd(port, 16);
    await expect.poll(() => answered.size, { timeout: 30_000 }).toBeGreaterThan(50);
    child.kill(signal);
    const { code, ms } = await ended();
    await done;
    expect([code, ms < ENDS_WITHIN_MS]).toEqual([0, true]);
    expect([...answered].filter((user) => !usersIn(file).has(user))).toEqual([]);
    // Nothing stands in it that nobody asked for, and no more than what was under way.
    expect(usersIn(file).size - answered.size).toBeLessThanOrEqual(16);
  },
);

test("killed under load it has lost nothing that was answered", async () => {
  const { child, file, port, ended } = await start();
  const { answered, done } = createUntilTheEnd(port, 16);
  await expect.poll(() => answered.size, { timeout: 30_000 }).toBeGreaterThan(50);
  child.kill("SIGKILL");
  await Promise.all([ended(), done]);
  expect([...answered].filter((user) => !usersIn(file).has(user))).toEqual([]);
});

test("idle, listening, slow and waiting clients together do not hold it up", async () => {
  const { child, file, port, ended } = await start("--lock-wait", "60s");
  const idle = connect(port, "127.0.0.1").on("error", () => undefined);
  const slow = connect(port, "127.0.0.1").on("error", () => undefined);
  onTestFinished(() => void [idle, slow].map((socket) => socket.destroy()));
  slow.write(
    "POST /api/sessions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{",
  );
  const { lines, ended: streamEnded } = listen(port);
  await expect.poll(lines).toContain(": sessions");
  const lock = await acquireLock(file, { waitMs: 10_000, holder: HOLDER });
  const waiting = ask(port, "POST", "/api/sessions", '{"user_id":"u","platform":"api"}');
  await new Promise((resolve) => setTimeout(resolve, 200));
  child.kill("SIGTERM");
  const { code, ms } = await ended();
  lock.release();
  expect([code, ms < ENDS_WITHIN_MS]).toEqual([0, true]);
  expect((await waiting).text).toContain('"code": "CANCELLED"');
  await streamEnded;
  expect(fs.readFileSync(file, "utf8")).toBe(HEADER);
});

test("where last activities cannot be written any more it says so, and does not end with 0", async () => {
  const { child, file, port, ended } = await start();
  let said = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (said += text));
  const body = '{"user_id":"u","platform":"api"}';
  expect((await ask(port, "POST", "/api/sessions", body)).status).toBe(201);
  expect((await ask(port, "POST", "/api/sessions", body)).status).toBe(200);
  fs.rmSync(file);
  child.kill("SIGTERM");
  expect((await ended()).code).toBe(10);
  expect(said).toContain("Last activities of the last moments are not written");
});

test("the second signal ends it at once", async () => {
  const { child, file, port, ended } = await start("--lock-wait", "60s");
  const lock = await acquireLock(file, { waitMs: 10_000, holder: HOLDER });
  const waiting = ask(port, "POST", "/api/sessions", '{"user_id":"u","platform":"api"}').catch(() => "cut off");
  await new Promise((resolve) => setTimeout(resolve, 200));
  child.kill("SIGTERM");
  await new Promise((resolve) => setTimeout(resolve, 200));
  child.kill("SIGTERM");
  const { code, ms } = await ended();
  lock.release();
  expect([code, ms < 2000, await waiting]).toEqual([143, true, "cut off"]);
});
