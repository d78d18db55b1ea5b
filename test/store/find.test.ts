import fs from "node:fs";
import { describe, expect, test } from "vitest";
import { RETENTION } from "../session/records.js";
import { fileOf, idsOf, storeWith } from "./store-file.js";
import { failureOf } from "../storage/folder.js";
import type { SessionTexts } from "../session/records.js";

const ALL = { selection: [], retention: RETENTION };

async function found(text: string, records: readonly SessionTexts[]): Promise<[string | undefined, string[]]> {
  const { store } = storeWith(fileOf(...records));
  const { matchedBy, sessions } = await store.find(text, ALL);
  return [matchedBy, await idsOf(sessions)];
}

const USERS: readonly SessionTexts[] = [
  { session_id: "s1", user_id: "telegram_1", platform: "telegram", thread_id: "t1" },
  { session_id: "s2", user_id: "telegram_12", platform: "telegram", thread_id: "t2" },
  { session_id: "s3", user_id: "discord_1", platform: "discord", thread_id: "t3" },
  { session_id: "s1x", user_id: "1", platform: "api", thread_id: "s9" },
  { session_id: "s4", user_id: "telegram_1", platform: "telegram", thread_id: "telegram_12" },
];

describe("a text", () => {
  test.each<[string, string | undefined, string[]]>([
    ["nothing", undefined, []],
    ["telegram_1", "user_id", ["s1", "s4"]],
    ["1", "user_id", ["s1x"]],
    ["12", "bare user id", ["s2"]],
    ["telegram", "start of user_id", ["s1", "s2", "s4"]],
    ["TELEGRAM_1", undefined, []],
    ["s1", "session_id", ["s1", "s1x"]],
    ["s", "session_id", ["s1", "s2", "s3", "s1x", "s4"]],
    ["s9", "thread_id", ["s1x"]],
    ["t2", "thread_id", ["s2"]],
    ["t", "start of user_id", ["s1", "s2", "s4"]],
  ])("%j is found by %s: %j", async (text, matchedBy, ids) => {
    expect(await found(text, USERS)).toEqual([matchedBy, ids]);
  });

  test("means a bare user id before it means the start of one", async () => {
    const records = [
      { session_id: "a", user_id: "api_api", platform: "api" },
      { session_id: "b", user_id: "api_1", platform: "api" },
    ];
    expect(await found("api", records)).toEqual(["bare user id", ["a"]]);
  });

  test("may need quotes", async () => {
    const records = [{ session_id: "a", user_id: 'x_"1,2"', platform: "x" }, { session_id: "b" }];
    expect(await found('"1,2"', records)).toEqual(["bare user id", ["a"]]);
  });
});

describe("what is found", () => {
  test("passes the selection, and is found in the best way among what passes", async () => {
    const { store } = storeWith(fileOf(...USERS));
    const { matchedBy, count, sessions } = await store.find("1", {
      ...ALL,
      selection: [{ type: "platform", platforms: ["telegram"] }],
    });
    expect([matchedBy, count, await idsOf(sessions)]).toEqual(["bare user id", 2, ["s1", "s4"]]);
  });

  test("is read behind a byte order mark and quoted line breaks, over several windows", async () => {
    const records = Array.from({ length: 10_000 }, (_, index) => ({
      session_id: `s${index}`,
      user_id: index % 1000 === 7 ? "x_7" : "x_8",
      platform: "x",
      metadata: '{"a":\r\n"b"}',
    }));
    const { store } = storeWith(`\ufeff${fileOf(...records).replaceAll(/(?<!\r)\n/g, "\r\n")}`);
    const { sessions } = await store.find("7", ALL);
    expect(await idsOf(sessions)).toEqual(Array.from({ length: 10 }, (_, index) => `s${index * 1000 + 7}`));
  });

  test("is the last record of a file without a final line break", async () => {
    const { store } = storeWith(fileOf(...USERS).trimEnd());
    expect(await idsOf((await store.find("telegram_1", ALL)).sessions)).toEqual(["s1", "s4"]);
  });

  test("is told with what was left out", async () => {
    const { store } = storeWith(fileOf("broken", ...USERS));
    expect((await store.find("12", ALL)).sessions.leftOut).toMatchObject({ count: 1, findings: [{ line: 2 }] });
  });

  test("is of the version that was searched, also when the file is replaced before it is read", async () => {
    const { file, store } = storeWith(fileOf(...USERS));
    const { sessions } = await store.find("12", ALL);
    fs.writeFileSync(`${file}.new`, fileOf({ session_id: "new" }));
    fs.renameSync(`${file}.new`, file);
    expect(await idsOf(sessions)).toEqual(["s2"]);
  });

  test("is STORE_CHANGED where the file is rewritten in place before it is read", async () => {
    const { file, store } = storeWith(fileOf(...USERS));
    const { sessions } = await store.find("12", ALL);
    fs.writeFileSync(file, fileOf({ session_id: "new" }));
    expect((await failureOf(() => idsOf(sessions))).code).toBe("STORE_CHANGED");
  });
});

describe("a lookup", () => {
  const RECORDS = [
    { session_id: "ab1", user_id: "first" },
    { session_id: "ab2" },
    { session_id: "ab1", user_id: "second" },
    { session_id: "c" },
    { session_id: "cd" },
  ];

  /** The answers as `id/user_id` of what was found, or the ids that the text could mean. */
  async function lookup(...texts: string[]): Promise<(readonly string[])[]> {
    const { store } = storeWith(fileOf(...RECORDS));
    const { lookups: answers } = await store.lookup(texts);
    expect(answers.map(({ text }) => text)).toEqual(texts);
    return answers.map(({ sessions, ambiguous }) => [
      ...sessions.map(({ sessionId, userId }) => `${sessionId}/${userId}`),
      ...ambiguous.map((id) => `${id}?`),
    ]);
  }

  test.each([
    ["no session", "x", []],
    ["no session, in another case", "AB2", []],
    ["one session", "ab2", ["ab2/telegram_12345"]],
    ["every record with a repeated id, in their order", "ab1", ["ab1/first", "ab1/second"]],
    ["several sessions by their start", "ab", ["ab1?", "ab2?"]],
    ["a whole id before a longer one", "c", ["c/telegram_12345"]],
  ])("finds %s", async (_, text, answer) => {
    expect(await lookup(text)).toEqual([answer]);
  });

  test("finds every record with the id that one start means", async () => {
    const { store } = storeWith(fileOf({ session_id: "ab", user_id: "1" }, { session_id: "ab", user_id: "2" }));
    const [answer] = (await store.lookup(["a"])).lookups;
    expect(answer?.sessions.map(({ userId }) => userId)).toEqual(["1", "2"]);
  });

  test("answers each text in its place", async () => {
    expect(await lookup("cd", "x", "cd")).toEqual([["cd/telegram_12345"], [], ["cd/telegram_12345"]]);
  });

  test("shows the first five ids of many", async () => {
    const ids = ["a1", "a2", "a3", "a4", "a5", "a6", "a7"];
    const { store } = storeWith(fileOf(...ids.map((session_id) => ({ session_id }))));
    expect((await store.lookup(["a"])).lookups).toEqual([{ text: "a", sessions: [], ambiguous: ids.slice(0, 5) }]);
  });

  test("finds what stands behind many longer ids", async () => {
    const ids = ["a1", "a2", "a3", "a4", "a5", "a6", "a"];
    const { store } = storeWith(fileOf(...ids.map((session_id) => ({ session_id }))));
    const [answer] = (await store.lookup(["a"])).lookups;
    expect(answer?.sessions.map(({ sessionId }) => sessionId)).toEqual(["a"]);
  });
});
