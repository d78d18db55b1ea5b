import { chmodSync, utimesSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { createServer, type AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { IS_ROOT } from "../storage/folder.js";
import { csvFile, csvRow, Folder, NOW, type Outcome } from "./context.js";

const STOPPED = AbortSignal.abort("SIGTERM");
const TOKEN = "0123456789abcdef";

/** Starts, and is stopped as soon as it listens. The port is any that is free. */
async function startAndStop(folder: Folder, argv: readonly string[]): Promise<Outcome> {
  const outcome = await folder.run(["serve", "--port", "0", ...argv], { interrupt: STOPPED });
  const shown = (text: string): string => text.replaceAll(/(?<=\d:|]:|localhost:)\d{2,5}\b/g, "PORT");
  return { ...outcome, stdout: shown(outcome.stdout), stderr: shown(outcome.stderr) };
}

test("it says what it loaded and where it listens, and ends with 0 when it is stopped", async () => {
  const folder = new Folder();
  folder.fixture("three-rows.csv");
  const before = folder.read("sessions.csv");
  expect(await startAndStop(folder, ["--timeout", "20m"])).toEqual({
    stdout: "",
    stderr:
      "Using sessions.csv (found here; --store names another)\nLoaded 3 sessions from sessions.csv (2 expired, 0 damaged)\nListening on http://127.0.0.1:PORT; Ctrl-C stops it\nExpired sessions leave the file in 5m, with a pending approval or not; --cleanup-interval 0s keeps them\n",
    exitCode: 0,
  });
  expect(folder.read("sessions.csv")).toBe(before);
});

test("records that are damaged are counted, and how to see them is said", async () => {
  const folder = new Folder();
  const file = csvFile(csvRow({ id: "s1" }), "torn,record");
  folder.write("bot.csv", file);
  expect((await startAndStop(folder, ["bot.csv"])).stderr).toBe(
    "Loaded 1 session from bot.csv (1 expired, 1 damaged)\nDamaged records stay as they are; see them with: sessions validate bot.csv\nListening on http://127.0.0.1:PORT; Ctrl-C stops it\nExpired sessions leave the file in 5m, with a pending approval or not; --cleanup-interval 0s keeps them\n",
  );
  expect(folder.read("bot.csv")).toBe(file);
});

test("thousands are told apart in each number", async () => {
  const folder = new Folder();
  const rows = Array.from({ length: 1200 }, (_, at) => csvRow({ id: `s${at}` }));
  const torn = Array.from({ length: 1001 }, () => "torn,record");
  folder.write("bot.csv", csvFile(...rows, ...torn));
  expect((await startAndStop(folder, ["bot.csv"])).stderr).toContain(
    "Loaded 1,200 sessions from bot.csv (1,200 expired, 1,001 damaged)\n",
  );
});

test("that nothing can be written to a file whose records are in doubt is said", async () => {
  const folder = new Folder();
  folder.write("bot.csv", `${csvFile(csvRow({ id: "s1" }))}s2,"open,telegram`);
  expect((await startAndStop(folder, ["bot.csv"])).stderr).toBe(
    "Loaded 1 session from bot.csv (1 expired, 1 damaged)\nwarning: in this file it is in doubt where records begin and end, so that every change is refused. See what can be got back with: sessions repair bot.csv --dry-run\nListening on http://127.0.0.1:PORT; Ctrl-C stops it\n",
  );
});

test("with --json it says so in one line of JSON", async () => {
  const folder = new Folder();
  folder.fixture("three-rows.csv");
  const { stdout, exitCode } = await startAndStop(folder, ["sessions.csv", "--json"]);
  expect([stdout, exitCode]).toEqual([
    '{"store":"<dir>/sessions.csv","sessions":3,"expired":0,"damaged":0,"url":"http://127.0.0.1:PORT"}\n',
    0,
  ]);
});

const HAS_IPV6 = Object.values(networkInterfaces()).some((addresses) =>
  addresses?.some(({ address }) => address === "::1"),
);

test.each(["localhost", "127.0.0.1"])("--host %s needs no token", async (host) => {
  const folder = new Folder();
  folder.fixture("three-rows.csv");
  const { stderr, exitCode } = await startAndStop(folder, ["--host", host]);
  expect([stderr.includes(`Listening on http://${host}:PORT`), exitCode]).toEqual([true, 0]);
});

test.skipIf(!HAS_IPV6)(`--host ::1 needs no token${HAS_IPV6 ? "" : " (skipped: no IPv6 here)"}`, async () => {
  const folder = new Folder();
  folder.fixture("three-rows.csv");
  for (const host of ["::1", "[::1]"]) {
    const { stderr, exitCode } = await startAndStop(folder, ["--host", host]);
    expect([stderr.includes("Listening on http://[::1]:PORT"), exitCode]).toEqual([true, 0]);
  }
});

test("another host is refused without a token", async () => {
  const folder = new Folder();
  folder.fixture("three-rows.csv");
  expect(await startAndStop(folder, ["--host", "0.0.0.0"])).toEqual({
    stdout: "",
    stderr:
      "error: --host 0.0.0.0 is open to other machines, and nothing says who may ask\n  make a token with (umask 077; openssl rand -hex 32 > token), and add --token-file token\n",
    exitCode: 2,
  });
});

test("a token file that others can read is named, and used", async () => {
  const folder = new Folder();
  folder.fixture("three-rows.csv");
  chmodSync(folder.write("token", `${TOKEN}\nwhat follows is no token\n`), 0o644);
  const { stderr, exitCode } = await startAndStop(folder, ["sessions.csv", "--token-file", "token"]);
  expect([stderr.split("\n")[0], exitCode]).toEqual(["Others can read token: chmod 600 helps.", 0]);
  chmodSync(folder.file("token"), 0o600);
  const silent = await startAndStop(folder, ["sessions.csv", "--token-file", "token"]);
  expect(silent.stderr).not.toContain("Others can read");
});

test.each([
  ["is empty", ""],
  ["is short", "0123456789abcde\n"],
  ["has spaces", "0123456789 abcdef\n"],
  ["is no ASCII", "0123456789abcdéf\n"],
])("a token that %s is refused", async (_, text) => {
  const folder = new Folder();
  folder.fixture("three-rows.csv");
  chmodSync(folder.write("token", text), 0o600);
  const { stderr, exitCode } = await startAndStop(folder, ["--token-file", "token"]);
  expect([stderr, exitCode]).toEqual([
    "error: the first line of token is no token: 16 characters or more, no spaces, ASCII\n  make one with: (umask 077; openssl rand -hex 32 > token)\n",
    2,
  ]);
});

test.each([
  [["--port", "65536"], 'error: --port: "65536" is no port\n  write a number from 0 to 65535\n', 2],
  [["--port", "http"], 'error: --port: "http" is no port\n  write a number from 0 to 65535\n', 2],
  [
    ["--cors-origin", "https://a.example/"],
    'error: --cors-origin: "https://a.example/" is no origin\n  write scheme, host and port as browsers do, for example https://admin.example\n',
    2,
  ],
  [
    ["--cleanup-interval", "x"],
    'error: --cleanup-interval: "x" is no duration\n  write for example 90s, 15m, 2h, 7d or 4w\n',
    2,
  ],
  [
    ["--file-tz", "Europe/Berlin"],
    "error: serve takes times without an offset as UTC, and writes them so\n  leave out --file-tz and SESSIONS_FILE_TZ, for a file that a backend with local times does not write any more\n",
    2,
  ],
  ...[["--store", "-"], ["-"]].map((argv): [string[], string, number] => [
    argv,
    "error: serve needs a file: what is changed cannot be written to standard input\n  name the file, for example: sessions serve sessions.csv\n",
    2,
  ]),
  [["a.csv", "b.csv"], "error: serve takes only <file>, and options\n  see: sessions help serve\n", 2],
  [["no.csv"], "error: no such file: <dir>/no.csv\n", 10],
  [
    ["--token-file", "no"],
    "error: cannot read <dir>/no: there is no such file\n  name a file that has the token in its first line; openssl rand -hex 32 makes one\n",
    15,
  ],
  [["--host", "no-such-host.invalid"], 'error: --host: there is no host "no-such-host.invalid"\n', 2],
] as const)("serve %j is refused", async (argv, text, exitCode) => {
  const folder = new Folder();
  folder.fixture("three-rows.csv");
  if (argv[0] === "--host") chmodSync(folder.write("token", TOKEN), 0o600);
  const more = argv[0] === "--host" ? ["sessions.csv", "--token-file", "token"] : [];
  const outcome = await startAndStop(folder, [...argv, ...more]);
  const stderr = outcome.stderr.replace(/^Using .*\n/, "");
  expect([stderr.startsWith(text), outcome.exitCode]).toEqual([true, exitCode]);
  expect(folder.names().filter((name) => name.endsWith(".csv"))).toEqual(["sessions.csv"]);
});

test("a port that another program listens on is named", async () => {
  const folder = new Folder();
  folder.fixture("three-rows.csv");
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void other.close());
  const { port } = other.address() as AddressInfo;
  const { stderr, exitCode } = await folder.run(["serve", "sessions.csv", "--port", String(port)], {
    interrupt: STOPPED,
  });
  expect([stderr, exitCode]).toEqual([
    `error: cannot listen on 127.0.0.1:${port}: another program listens there\n  name another port with --port, or 0 for any that is free\n`,
    15,
  ]);
});

test("a file that is none of ours is refused as by every other command", async () => {
  const folder = new Folder();
  folder.write("sessions.csv", "a,b\n1,2\n");
  const { stderr, exitCode } = await startAndStop(folder, ["sessions.csv"]);
  expect([stderr.startsWith("error: cannot use <dir>/sessions.csv: "), exitCode]).toEqual([true, 13]);
  expect(folder.read("sessions.csv")).toBe("a,b\n1,2\n");
});

test("a backend that wrote the file a moment ago is warned of", async () => {
  const folder = new Folder();
  const file = folder.fixture("three-rows.csv");
  const moment = new Date(Date.parse(NOW) - 10_000);
  utimesSync(file, moment, moment);
  const { stderr, exitCode } = await startAndStop(folder, ["sessions.csv"]);
  expect([stderr.split(",")[0], exitCode]).toEqual(["warning: this file was written 10s ago", 0]);
});

test.skipIf(!IS_ROOT)("a file that could not be written is refused before anybody is served (needs root)", async () => {
  const folder = new Folder();
  folder.fixture("three-rows.csv");
  chmodSync(folder.file("."), 0o755);
  process.seteuid?.(65_534);
  onTestFinished(() => process.seteuid?.(0));
  expect(await startAndStop(folder, ["sessions.csv"])).toEqual({
    stdout: "",
    stderr:
      "error: cannot make a temporary file in <dir>: permission was refused\n  allow writing in <dir>: a new version is made there and renamed, never written over the old one\n",
    exitCode: 15,
  });
});
