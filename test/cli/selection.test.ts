import { expect, test } from "vitest";
import { csvFile, csvRow, Folder } from "./context.js";

const ROWS = csvFile(
  csvRow({ id: "a", user: "telegram_1", active: "2025-09-30T10:44:00", created: "2025-09-01T00:00:00" }),
  csvRow({ id: "b", user: "telegram_11", active: "2025-09-30T09:45:00", pending: '{"type": "approval_request"}' }),
  csvRow({ id: "c", user: "discord_1", platform: "discord", active: "2025-09-30T09:45:00.000001" }),
  csvRow({
    id: "d",
    user: "api_9",
    platform: "api",
    active: "2025-09-28T10:00:00",
    metadata: '{"source": "web", "n": 9}',
  }),
  csvRow({
    id: "e",
    user: "api_10",
    platform: "api",
    active: "2025-09-29T00:00:00",
    metadata: '{"source": "Web", "n": 10}',
  }),
  csvRow({ id: "f", user: "x", platform: "slack", active: "broken", metadata: '{"name": "Ana L\\u00facia"}' }),
);

async function selected(...options: string[]): Promise<string> {
  const folder = new Folder();
  folder.write("sessions.csv", ROWS);
  const { stdout, exitCode, stderr } = await folder.run(["list", "--format", "ids", ...options]);
  expect(stderr).toBe("Using sessions.csv (found here; --store names another)\n");
  expect(exitCode).toBe(0);
  return stdout.trim().split("\n").join(" ");
}

test.for<[string, string[], string]>([
  ["nothing, which is everything", [], "a b c d e f"],
  ["a whole user id, not one that starts with it", ["--user", "telegram_1"], "a"],
  ["the part after the platform, on every platform", ["--user", "1"], "a c"],
  ["one platform", ["--platform", "discord"], "c"],
  ["several platforms", ["--platform", "discord", "slack"], "c f"],
  ["a platform option that is repeated", ["--platform", "discord", "--platform", "slack"], "c f"],
  ["active: idle for less than the timeout, to the microsecond", ["--active"], "a c"],
  ["expired: idle for exactly the timeout, and longer", ["--expired"], "b d e"],
  ["another timeout", ["--expired", "--timeout", "1d"], "d e"],
  ["a pending approval", ["--pending"], "b"],
  ["no pending approval", ["--no-pending"], "a c d e f"],
  ["idle for at least this long", ["--idle", "1d"], "d e"],
  ["last activity at the time or after it", ["--since", "2025-09-30T09:45:00Z"], "a b c"],
  ["last activity before the time", ["--until", "2025-09-30T09:45:00Z"], "d e"],
  ["a span", ["--since", "2025-09-29", "--until", "2025-09-30"], "e"],
  ["created at or after", ["--created-since", "2025-09-02"], "b c d e f"],
  ["created before", ["--created-until", "2025-09-02"], "a"],
  ["a text in any column, in any case", ["--search", "DISCORD"], "c"],
  ["a text behind a JSON escape", ["--search", "lúcia"], "f"],
  ["several options: all hold", ["--platform", "api", "--idle", "2d"], "d"],
])("selects by %s", async ([, options, ids]) => {
  expect(await selected(...options)).toBe(ids);
});

test.for<[string, string]>([
  ["metadata.source=web", "d"],
  ["metadata.source!=web", "a b c e f"],
  ["metadata.source~^[Ww]eb$", "d e"],
  ["metadata.source!~eb", "a b c f"],
  ["metadata.n>9", "e"],
  ["metadata.n>=9", "d e"],
  ["metadata.n<10", "d"],
  ["metadata.n<=10", "d e"],
  ["platform=api", "d e"],
  [" platform = api ", "d e"],
  ["state=unknown", "f"],
  ["pending=true", "b"],
  ["last_activity<2025-09-29", "d"],
  ["last_activity>=yesterday", "a b c e"],
  ["idle>86400", "d e"],
  ["pending_approval.type=approval_request", "b"],
])("--where '%s'", async ([condition, ids]) => {
  expect(await selected("--where", condition)).toBe(ids);
});

test("conditions that are repeated hold together", async () => {
  expect(await selected("--where", "platform=api", "--where", "metadata.n=10")).toBe("e");
});

test("ids beyond 2^53 are compared with all their digits", async () => {
  const folder = new Folder();
  const ids = ["10000000000000001", "10000000000000002"];
  folder.write("sessions.csv", csvFile(...ids.map((n) => csvRow({ id: `id${n}`, metadata: `{"chat": ${n}}` }))));
  const { stdout } = await folder.run(["list", "--format", "ids", "--where", "metadata.chat=10000000000000002"]);
  expect(stdout).toBe("id10000000000000002\n");
});

test.for<[string, string]>([
  ["90s", "b c d e"],
  ["15m", "b c d e"],
  ["1h", "b d e"],
  ["1h30m", "d e"],
  ["1.5h", "d e"],
  ["2d", "d"],
  ["1w", ""],
])("--idle %s", async ([duration, ids]) => {
  expect(await selected("--idle", duration)).toBe(ids);
});

test.for<[string, string]>([
  ["2025-09-30T10:44:00Z", "a"],
  ["2025-09-30T12:44:00+02:00", "a"],
  ["2025-09-30 10:44:00", "a"],
  ["2025-09-30T10:44", "a"],
  ["2025-09-30", "a b c"],
  ["today", "a b c"],
  ["yesterday", "a b c e"],
  ["1h ago", "a b c"],
  ["59m", "a"],
  ["2 d ago", "a b c e"],
  ["now", ""],
])("--since '%s'", async ([time, ids]) => {
  expect(await selected("--since", time)).toBe(ids);
});

test.for<[string, string[], string]>([
  ["text", ["--sort", "user_id"], "e d c a b f"],
  ["the other way round", ["--sort", "-user_id"], "f b a c d e"],
  ["a time; what has none comes last", ["--sort", "last_activity"], "d e b c a f"],
  ["the latest first; what has none still comes last", ["--sort", "-last_activity"], "a c b e d f"],
  ["a number in JSON as a number", ["--sort", "-metadata.n"], "e d a b c f"],
  ["the first two", ["--limit", "2"], "a b"],
  ["all but the first two", ["--offset", "2"], "c d e f"],
  ["a page of the sorted ones", ["--sort", "user_id", "--offset", "1", "--limit", "2"], "d c"],
  ["none", ["--limit", "0"], ""],
  ["a page behind the end", ["--offset", "99"], ""],
])("sorts and cuts: %s", async ([, options, ids]) => {
  expect(await selected(...options)).toBe(ids);
});
