import { createHmac } from "node:crypto";
import { chmodSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Pseudonyms } from "../../src/transfer/pseudonyms.js";
import { csvFile, csvRow, Folder, HEADER, type Outcome } from "../cli/context.js";

const KEY = "a key of sixteen or more bytes";
const of = (text: string): string => `x${createHmac("sha256", KEY).update(text).digest("hex").slice(0, 16)}`;

async function redacted(content: string, ...argv: readonly string[]): Promise<Outcome> {
  const folder = new Folder();
  folder.write("sessions.csv", content);
  chmodSync(folder.write("key", `${KEY}\n`), 0o600);
  return folder.run(["export", "-s", "sessions.csv", "--redact-key-file", "key", "--format", "jsonl", ...argv]);
}

/** The metadata that goes out for some that comes in. */
async function metadataOf(metadata: string): Promise<string> {
  const { stdout } = await redacted(csvFile(csvRow({ metadata })), "--fields", "metadata");
  return stdout.slice('{"metadata":'.length, -"}\n".length);
}

describe("a key that does not do is refused", () => {
  test.each([
    ["short", "fifteen bytes..", "the key in key has 15 bytes; it needs 16 to 4096"],
    ["empty", "\n", "the key in key has 0 bytes; it needs 16 to 4096"],
    ["too long", "k".repeat(5000), "the key in key has too many bytes; it needs 16 to 4096"],
  ])("%s", async (_name, key, reason) => {
    const folder = new Folder();
    folder.write("sessions.csv", csvFile(csvRow({})));
    folder.write("key", key);
    const outcome = await folder.run(["export", "-s", "sessions.csv", "--redact-key-file", "key"]);
    expect(outcome).toEqual({
      ...{ stdout: "", exitCode: 2 },
      stderr: `error: ${reason}\n  make one with: (umask 077; openssl rand -hex 32 > redact.key)\n`,
    });
  });

  test("not there", async () => {
    const folder = new Folder();
    folder.write("sessions.csv", csvFile(csvRow({})));
    const { stderr, exitCode } = await folder.run(["export", "-s", "sessions.csv", "--redact-key-file", "key"]);
    expect({ stderr, exitCode }).toMatchObject({
      exitCode: 15,
      stderr: expect.stringContaining("cannot read the key in") as string,
    });
  });

  test("by the library too", () => {
    expect(() => new Pseudonyms(Buffer.alloc(15))).toThrow(RangeError);
  });
});

test("a key that others can read is warned of", async () => {
  const folder = new Folder();
  folder.write("sessions.csv", csvFile(csvRow({})));
  chmodSync(folder.write("key", KEY), 0o644);
  const { stderr } = await folder.run(["export", "-s", "sessions.csv", "--redact-key-file", "key"]);
  expect(stderr).toBe("warning: others can read key, and so undo the pseudonyms by trying; chmod 600 helps\n");
});

test("without a key file each run has pseudonyms of its own, and says so", async () => {
  const folder = new Folder();
  folder.write("sessions.csv", csvFile(csvRow({}), csvRow({})));
  const run = (): Promise<Outcome> =>
    folder.run(["export", "-s", "sessions.csv", "--redact", "--format", "jsonl", "--fields", "session_id"]);
  const [one, other] = [await run(), await run()];
  expect(one.stderr).toBe("Redacting with a new key that is not kept: the next export will have other pseudonyms.\n");
  expect(one.stdout).not.toBe(other.stdout);
  const [first, second] = one.stdout.split("\n");
  expect(first).toMatch(/^\{"session_id":"x[0-9a-f]{16}"\}$/);
  expect(second).toBe(first);
});

test("ids are pseudonyms, times and the platform stay, also before the user's id", async () => {
  const { stdout, stderr } = await redacted(csvFile(csvRow({ user: "telegram_12345" })));
  expect({ stdout, stderr }).toEqual({
    stdout:
      `{"session_id":"${of("s1")}","user_id":"telegram_${of("12345")}","platform":"telegram","thread_id":"${of("t-s1")}",` +
      `"created_at":"2025-09-30T08:00:00Z","last_activity":"2025-09-30T09:00:00Z","pending_approval":null,"metadata":{}}\n`,
    stderr: "",
  });
});

test.each([
  ["of another platform", "discord_12345", "telegram", of("discord_12345"), "telegram"],
  ["without a platform", "12345", "telegram", of("12345"), "telegram"],
  ["of a platform alone", "telegram_", "telegram", of("telegram_"), "telegram"],
  ["of a platform that is no word", "ann@x.org_1", "ann@x.org", of("ann@x.org_1"), of("ann@x.org")],
  ["that is empty", "", "telegram", "", "telegram"],
])("a user id %s", async (_name, user, platform, wantedUser, wantedPlatform) => {
  const { stdout } = await redacted(csvFile(csvRow({ user, platform })), "--fields", "user_id,platform");
  expect(JSON.parse(stdout)).toEqual({ user_id: wantedUser, platform: wantedPlatform });
});

describe("in JSON", () => {
  test.each([
    ["free text", '{"note": "call me"}', `{"note": "${of("call me")}"}`],
    ["names, nested", '{"user_profile": {"name": "Ana"}}', `{"user_profile": {"name": "${of("Ana")}"}}`],
    [
      "addresses",
      '{"ip_address": "10.0.0.1", "a": ["ann@x.org"]}',
      `{"ip_address": "${of("10.0.0.1")}", "a": ["${of("ann@x.org")}"]}`,
    ],
    ["escapes, by what they mean", '{"name": "\\u0041na"}', `{"name": "${of("Ana")}"}`],
    ["user ids with their platform", '{"u": "telegram_12345"}', `{"u": "telegram_${of("12345")}"}`],
    [
      "numbers under keys of ids",
      '{"chat_id": 12345, "userId": 7, "id": 1}',
      `{"chat_id": "${of("12345")}", "userId": "${of("7")}", "id": "${of("1")}"}`,
    ],
    [
      "long numbers, exactly",
      '{"n": 12345678901234567890, "m": -1.23456}',
      `{"n": "${of("12345678901234567890")}", "m": "${of("-1.23456")}"}`,
    ],
    [
      "what persons are",
      '{"lat": 52.5, "age": 41, "zip": 10115}',
      `{"lat": "${of("52.5")}", "age": "${of("41")}", "zip": "${of("10115")}"}`,
    ],
    [
      "secrets and what persons are, in any spelling",
      '{"cvv": 123, "passcode": 4711, "telephone": 12345, "ages": [34, 7], "pinCode": 1, "birthyear": 1980, "pin1": 2, "userIDs": [3]}',
      `{"cvv": "${of("123")}", "passcode": "${of("4711")}", "telephone": "${of("12345")}", "ages": ["${of("34")}", "${of("7")}"], "pinCode": "${of("1")}", "birthyear": "${of("1980")}", "pin1": "${of("2")}", "userIDs": ["${of("3")}"]}`,
    ],
    [
      "keys that are data",
      '{"ann@x.org": 1, "123456": 2, "Ann B": 3}',
      `{"${of("ann@x.org")}": 1, "${of("123456")}": 2, "${of("Ann B")}": 3}`,
    ],
    ["a date alone: a birthday", '{"born": "1980-01-01"}', `{"born": "${of("1980-01-01")}"}`],
    [
      "harmless keys with more than a word",
      '{"source": "Ann B", "language": "1.2.3.4"}',
      `{"source": "${of("Ann B")}", "language": "${of("1.2.3.4")}"}`,
    ],
    [
      "the elements of a list by its key",
      '{"id": [1, {"x": 2}, 3], "n": 4}',
      `{"id": ["${of("1")}", {"x": 2}, "${of("3")}"], "n": 4}`,
    ],
    ["a text for a whole", '"Ann"', `"${of("Ann")}"`],
  ])("pseudonyms stand for %s", async (_name, metadata, wanted) => {
    expect(await metadataOf(metadata)).toBe(wanted);
  });

  test.each([
    '{"source": "web", "language": "pt-BR", "model": "gpt-4o"}',
    '{"at": "2025-09-30T10:30:00.123456+02:00", "t": "2025-09-30 10:30:00"}',
    '{"a": true, "b": null, "c": [0, -1, 0.25, 99999], "d": "", "": {}}',
    '{"message_count": 12, "pages": 3, "width": 80, "retries": [1, 2]}',
    '{ "spaced" : [ ] }',
  ])("%s stays", async (metadata) => {
    expect(await metadataOf(metadata)).toBe(metadata);
  });

  test("a key __proto__ is a key", async () => {
    expect(await metadataOf('{"__proto__": {"a": "x"}}')).toBe(`{"__proto__": {"a": "${of("x")}"}}`);
  });

  test("whatever goes in, valid JSON comes out, and no text of six letters", async () => {
    const secret = "zyxwvu";
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), async (value) => {
        const metadata = JSON.stringify({ note: secret, [`${secret} ${secret}`]: value, list: [value, secret] });
        const out = await metadataOf(metadata);
        expect(() => JSON.parse(out) as unknown).not.toThrow();
        expect(out).not.toContain(secret);
      }),
      { numRuns: 40 },
    );
  });

  test("nested deep and long takes no time", async () => {
    const deep = `${'{"a":['.repeat(400)}"${"x".repeat(1_000_000)}"${"]}".repeat(400)}`;
    expect(await metadataOf(deep)).toBe(`${'{"a":['.repeat(400)}"${of("x".repeat(1_000_000))}"${"]}".repeat(400)}`);
  }, 5_000);
});

test("what cannot be decoded is a pseudonym as a whole, and what is not pending stays so", async () => {
  const rows = [csvRow({ metadata: "{Ann", pending: "Bob", active: "Carol" }), csvRow({ pending: "null" })];
  const { stdout } = await redacted(csvFile(...rows), "--fields", "metadata,pending_approval,last_activity,pending");
  const lines = stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as unknown);
  expect(lines).toEqual([
    { metadata: of("{Ann"), pending_approval: of("Bob"), last_activity: of("Carol"), pending: true },
    { metadata: {}, pending_approval: null, last_activity: "2025-09-30T09:00:00Z", pending: false },
  ]);
});

test.each(["json", "jsonl", "csv", "tsv", "md", "sql"])("columns of others are redacted too, as %s", async (format) => {
  const content = `${HEADER},note,source\n${csvRow({})},Ann B,web\n`;
  const { stdout } = await redacted(content, "--format", format, "--fields", "note,source");
  expect(stdout).toContain(of("Ann B"));
  expect(stdout).toContain("web");
  expect(stdout).not.toContain("Ann");
});

test("--raw and --excel redact as well", async () => {
  for (const argv of [["--raw"], ["--excel", "--format", "csv"]]) {
    const { stdout } = await redacted(csvFile(csvRow({ metadata: '{"name": "Ann"}' })), ...argv);
    expect(stdout).toContain(of("Ann"));
    expect(stdout).not.toContain('Ann"');
  }
});

test("sessions are selected by what they are, not by their pseudonyms", async () => {
  const content = csvFile(csvRow({}), csvRow({ id: "s2", user: "telegram_2" }));
  expect((await redacted(content, "--user", "2", "--fields", "session_id")).stdout).toBe(
    `{"session_id":"${of("s2")}"}\n`,
  );
});

test.each([16, 63, 64, 65, 200])("a pseudonym is an HMAC-SHA-256 with a key of %d bytes", (length) => {
  const key = Buffer.from(Array.from({ length }, (_, index) => index * 7 + 1));
  const wanted = createHmac("sha256", key).update("Ana Lúcia").digest("hex").slice(0, 16);
  expect(new Pseudonyms(key).of("Ana Lúcia")).toBe(`x${wanted}`);
});

test("one text has one pseudonym, remembered or not", () => {
  const pseudonyms = new Pseudonyms(Buffer.from(KEY));
  for (let n = 0; n < 4097; n += 1) pseudonyms.of(`a${n}`);
  expect([pseudonyms.of("a0"), pseudonyms.of("a4096"), pseudonyms.of("")]).toEqual([of("a0"), of("a4096"), ""]);
});
