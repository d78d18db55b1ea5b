import { existsSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { SessionManager } from "../../src/manager/session-manager.js";
import { replacementTemp } from "../../src/storage/atomic-replace.js";
import { failureOf } from "../storage/folder.js";
import { fileOf, HEADER, manage, row } from "./managing.js";

const APPROVAL = { type: "approval_request", tool_name: "apply_edit", args: { anchor: ["body", 1] } };

test("a file that is not there is made, private", async () => {
  const { file, text } = await manage(undefined);
  expect(text()).toBe(`${HEADER}\r\n`);
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test("a new session is on the disk when it is acknowledged, as the Python backend writes it", async () => {
  const { manager, text } = await manage(fileOf(row("s1")));
  const session = await manager.getOrCreateSession({
    userId: "discord_7",
    platform: "discord",
    metadata: { name: "Zoë", n: 1.5, tags: ["a", null] },
  });
  expect(session).toMatchObject({ sessionId: "id-1", threadId: "id-2", hasPendingApproval: false });
  expect(text()).toBe(
    fileOf(
      row("s1"),
      'id-1,discord_7,discord,id-2,2025-09-30T10:00:00.000001,2025-09-30T10:00:00.000001,,"{""name"": ""Zo\\u00eb"", ""n"": 1.5, ""tags"": [""a"", null]}"',
    ),
  );
});

test("session and thread get ids of their own, UUIDs of version 4", async () => {
  const { file } = await manage(fileOf());
  await using manager = await SessionManager.open({ store: file });
  const ids: string[] = [];
  for (const userId of ["u1", "u2"]) {
    const { sessionId, threadId } = await manager.getOrCreateSession({ userId, platform: "api" });
    ids.push(sessionId, threadId);
  }
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(new Set(ids).size).toBe(4);
});

test("an active session is given again, touched, and the touch is written a second later", async () => {
  const { manager, time, text } = await manage(fileOf(row("s1"), row("s2", { user: "telegram_2" })));
  const session = await manager.getOrCreateSession({ userId: "telegram_1", platform: "telegram" });
  expect([session.sessionId, session.lastActivity]).toEqual(["s1", time.now()]);
  expect(text()).toBe(fileOf(row("s1"), row("s2", { user: "telegram_2" })));
  time.advance(1000);
  await manager.flush();
  expect(text()).toBe(
    fileOf(row("s1").replace("2025-09-30T09:59:00", "2025-09-30T10:00:00.000001"), row("s2", { user: "telegram_2" })),
  );
});

test("a touch whose time comes while another change is written is written then", async () => {
  const { manager, file, time, text } = await manage(fileOf(row("s1"), row("s2", { user: "telegram_2" })));
  const written = manager.updateSessionMetadata("s1", { n: 1 });
  // The commit has taken what waits, and is on its way to the disk.
  while (!existsSync(replacementTemp(file))) await new Promise((resolve) => setImmediate(resolve));
  manager.getSession("s2");
  time.advance(1000);
  await written;
  await expect.poll(text).toContain("s2,telegram_2,telegram,t-s2,2025-09-30T08:00:00,2025-09-30T10:00:00.000001");
});

test("of several sessions the latest of the platform is given, and no expired one", async () => {
  const { manager } = await manage(
    fileOf(row("old", { idle: 50 }), row("new", { idle: 2 }), row("mid", { idle: 20 }), row("gone", { idle: 60 })),
  );
  expect((await manager.getOrCreateSession({ userId: "telegram_1", platform: "telegram" })).sessionId).toBe("new");
  expect((await manager.getOrCreateSession({ userId: "telegram_1", platform: "api" })).sessionId).toBe("id-1");
});

test("get touches, find does not, and neither knows an expired session", async () => {
  const { manager, time, text } = await manage(fileOf(row("s1"), row("gone", { idle: 60 })));
  const before = text();
  expect(manager.findSession("s1")?.lastActivity).toBe(time.now() - 60_000_001);
  await manager.flush();
  expect(text()).toBe(before);
  expect(manager.getSession("s1").lastActivity).toBe(time.now());
  await manager.flush();
  expect(text()).not.toBe(before);
  expect(manager.findSession("gone")).toBeUndefined();
  expect((await failureOf(async () => manager.getSession("gone"))).code).toBe("SESSION_NOT_FOUND");
});

test("lists and counts are of active sessions", async () => {
  const { manager } = await manage(
    fileOf(row("a"), row("b", { user: "telegram_2" }), row("c", { idle: 3 }), row("gone", { idle: 61 })),
  );
  expect(manager.getUserSessions("telegram_1").map(({ sessionId }) => sessionId)).toEqual(["a", "c"]);
  expect(manager.getAllSessions().map(({ sessionId }) => sessionId)).toEqual(["a", "b", "c"]);
  expect(manager.activeSessionCount).toBe(3);
  expect(manager.contents).toMatchObject({ sessions: 4, expired: 1, damaged: { count: 0 } });
});

test("an approval is set and cleared; all else of the record stays byte for byte", async () => {
  const odd = `"s1",telegram_1,"telegram",t,2025-09-30T08:00:00+00:00,2025-09-30T09:59:00Z,,"{ ""n"" : 1.50 }"`;
  const { manager, text } = await manage(`\uFEFF${HEADER}\n${odd}\n\n`);
  const session = await manager.setPendingApproval("s1", APPROVAL);
  expect([session.hasPendingApproval, session.pendingApproval]).toEqual([true, APPROVAL]);
  const touched = odd.replace("2025-09-30T09:59:00Z", "2025-09-30T10:00:00.000001");
  const approval = `"{""type"": ""approval_request"", ""tool_name"": ""apply_edit"", ""args"": {""anchor"": [""body"", 1]}}"`;
  expect(text()).toBe(`\uFEFF${HEADER}\n${touched.replace(",,", `,${approval},`)}\n\n`);
  expect((await manager.clearPendingApproval("s1")).pendingApproval).toBeUndefined();
  expect(text()).toBe(`\uFEFF${HEADER}\n${touched.replace("000001", "000002")}\n\n`);
});

test("metadata is merged, and what is not named keeps its text", async () => {
  const metadata = '{"id":-1001234567890123456,"a":{"b":1.0},"old":1,"__proto__":2}';
  const { manager, text } = await manage(fileOf(row("s1", { metadata })));
  const session = await manager.updateSessionMetadata("s1", { old: undefined, é: "ü", a: [true] });
  expect(session.metadataText).toBe('{"id":-1001234567890123456, "a":[true], "__proto__":2, "\\u00e9": "\\u00fc"}');
  expect(text()).toContain(session.metadataText.replaceAll('"', '""'));
});

test("a deleted session is gone, with the older records of its id", async () => {
  const { manager, text } = await manage(fileOf(row("s1", { idle: 9 }), row("s2"), row("s1")));
  expect(manager.getAllSessions().map(({ sessionId }) => sessionId)).toEqual(["s2", "s1"]);
  expect(await manager.deleteSession("s1")).toBe(true);
  expect(text()).toBe(fileOf(row("s2")));
  expect(await manager.deleteSession("s1")).toBe(false);
});

test("expired sessions leave the file when they are cleaned up, and every five minutes", async () => {
  const { manager, time, text } = await manage(
    fileOf(row("s1"), row("gone", { idle: 61 }), row("soon", { idle: 56 })),
    {
      cleanupIntervalMinutes: 5,
    },
  );
  const expired: (readonly string[])[] = [];
  manager.events.on("expired", (ids) => expired.push(ids));
  expect(text()).toContain("gone");
  expect(await manager.cleanupExpiredSessions()).toBe(1);
  expect(text()).toBe(fileOf(row("s1"), row("soon", { idle: 56 })));
  time.advance(5 * 60_000);
  await manager.flush();
  expect(text()).toBe(fileOf(row("s1")));
  expect(expired).toEqual([["gone"], ["soon"]]);
});

test("records that cannot be decoded stay, byte for byte", async () => {
  const torn = "s9,telegram_9,telegram";
  const { manager, text } = await manage(fileOf(row("s1"), torn, row("s2")));
  expect(manager.contents).toMatchObject({ sessions: 2, damaged: { count: 1 } });
  await manager.deleteSession("s1");
  await manager.getOrCreateSession({ userId: "api_1", platform: "api" });
  expect(text().split("\r\n").slice(1, 3)).toEqual([torn, row("s2")]);
});

test("a file in which record borders are in doubt is never written", async () => {
  const text = `${fileOf(row("s1"))}s2,"open,telegram`;
  const { manager, ...managed } = await manage(text);
  expect(manager.findSession("s1")?.sessionId).toBe("s1");
  expect((await failureOf(() => manager.deleteSession("s1"))).code).toBe("STORE_DAMAGED");
  expect(manager.findSession("s1")?.sessionId).toBe("s1");
  expect(managed.text()).toBe(text);
  managed.rewrite(fileOf(row("s1")));
  expect(await manager.deleteSession("s1")).toBe(true);
});

test("a last line without a line break gets one before another is put behind it", async () => {
  const { manager, text } = await manage(fileOf(row("s1")).slice(0, -2));
  await manager.getOrCreateSession({ userId: "api_1", platform: "api" });
  expect(
    text()
      .split("\r\n")
      .map((line) => line.split(",")[0]),
  ).toEqual(["session_id", "s1", "id-1", ""]);
});

test("other columns and another order stay, and a new session leaves them empty", async () => {
  const { manager, text } = await manage(
    "note,metadata,session_id,user_id,platform,thread_id,created_at,last_activity,pending_approval\n",
  );
  await manager.getOrCreateSession({ userId: "api_1", platform: "api" });
  expect(text().split("\n")[1]).toMatch(/^,\{\},id-1,api_1,api,id-2,2025-/);
});

test("what another program changed is seen, and never overwritten", async () => {
  const { manager, text, rewrite } = await manage(fileOf(row("s1"), row("s2")));
  const contents: unknown[] = [];
  manager.events.on("reloaded", ({ sessions }) => contents.push(sessions));
  rewrite(fileOf(row("s2"), row("s3")));
  expect(manager.findSession("s1")).toBeUndefined();
  expect(manager.findSession("s3")?.sessionId).toBe("s3");
  expect(contents).toEqual([2]);
  await manager.deleteSession("s2");
  expect(text()).toBe(fileOf(row("s3")));
});

test("a change of the moment before is seen at the commit, and the waiting change is made again on it", async () => {
  const { manager, file, text } = await manage(fileOf(row("s1"), row("s2")));
  writeFileSync(file, fileOf(row("s2", { metadata: '{"by": "hand"}' }), row("s3")));
  const [set, lost] = await Promise.allSettled([
    manager.updateSessionMetadata("s2", { n: 1 }),
    manager.setPendingApproval("s1", APPROVAL),
  ]);
  expect(set.status).toBe("fulfilled");
  expect(lost).toMatchObject({ status: "rejected", reason: { code: "SESSION_NOT_FOUND" } });
  expect(text()).toContain('"{""by"": ""hand"", ""n"": 1}"');
  expect(text()).toContain("s3,");
});

test("of a touched session that another program wrote the later activity counts", async () => {
  const { manager, file, text } = await manage(fileOf(row("s1"), row("s2", { user: "telegram_2" })));
  manager.getSession("s1");
  manager.getSession("s2");
  const later = row("s2", { user: "telegram_2" }).replace("2025-09-30T09:59:00", "2025-09-30T10:30:00");
  writeFileSync(file, fileOf(row("s1", { metadata: '{"by": "hand"}' }), later));
  await manager.flush();
  expect(text()).toBe(
    fileOf(
      row("s1", { metadata: '{"by": "hand"}' }).replace("2025-09-30T09:59:00", "2025-09-30T10:00:00.000001"),
      later,
    ),
  );
});

test("two managers on one file lose nothing", async () => {
  const one = await manage(fileOf());
  let ids = 0;
  const other = await manage(undefined, { store: one.file, createId: () => `other-${(ids += 1)}` });
  const requests = Array.from({ length: 60 }, (_, n) => {
    const { manager } = n % 2 === 0 ? one : other;
    return manager.getOrCreateSession({ userId: `api_${n}`, platform: "api" });
  });
  const created = await Promise.all(requests);
  const users = one
    .text()
    .split("\r\n")
    .slice(1, -1)
    .map((line) => line.split(",")[1]);
  expect(new Set(users)).toEqual(new Set(created.map(({ userId }) => userId)));
  expect(users.length).toBe(60);
});

test("callers of one user at the same time get one session", async () => {
  const { manager, text } = await manage(fileOf());
  const sessions = await Promise.all(
    Array.from({ length: 20 }, () => manager.getOrCreateSession({ userId: "api_1", platform: "api" })),
  );
  expect(new Set(sessions.map(({ sessionId }) => sessionId)).size).toBe(1);
  expect(text().split("\r\n").length).toBe(3);
});

test("a file that is gone refuses changes, and those that come when it is back are made", async () => {
  const { manager, file, rewrite, text } = await manage(fileOf(row("s1")));
  rmSync(file);
  expect((await failureOf(() => manager.deleteSession("s1"))).code).toBe("STORE_NOT_FOUND");
  rewrite(fileOf(row("s1"), row("s2")));
  expect(await manager.deleteSession("s1")).toBe(true);
  expect(text()).toBe(fileOf(row("s2")));
});

test.each([
  [
    "taken away",
    (file: string) => renameSync(file, `${file}.away`),
    (file: string) => renameSync(`${file}.away`, file),
  ],
  [
    "in a folder that is taken away",
    (file: string) => renameSync(path.dirname(file), `${path.dirname(file)}.away`),
    (file: string) => renameSync(`${path.dirname(file)}.away`, path.dirname(file)),
  ],
])("what was refused while a file was %s is not in memory, and not written later", async (_where, away, back) => {
  const { manager, file, time, text } = await manage(fileOf(row("s1", { user: "api_1" })));
  const request = { userId: "api_2", platform: "api" };
  const before = text();
  away(file);
  // The second one must not find what the first one was refused.
  for (let attempt = 0; attempt < 2; attempt += 1) {
    await failureOf(() => manager.getOrCreateSession(request));
    await failureOf(() => manager.deleteSession("s1"));
    await failureOf(() => manager.setPendingApproval("s1", { type: "x" }));
  }
  expect(manager.getUserSessions("api_2")).toEqual([]);
  expect(manager.findSession("s1")?.hasPendingApproval).toBe(false);
  back(file);
  time.advance(2000);
  await manager.flush();
  expect(text()).toBe(before);
  await manager.getOrCreateSession(request);
  expect(text()).toContain(",api_2,");
});

test("what was refused while a file was cut to nothing is not in memory", async () => {
  const { manager, rewrite } = await manage(fileOf(row("s1", { user: "api_1" })));
  rewrite("");
  for (let attempt = 0; attempt < 2; attempt += 1) {
    expect((await failureOf(() => manager.deleteSession("s1"))).code).toBe("STORE_DAMAGED");
  }
  expect(manager.findSession("s1")?.userId).toBe("api_1");
});

test("with batch a change is acknowledged at once, and written after some time or some changes", async () => {
  const { manager, time, text } = await manage(fileOf(row("s1")), { batch: { everyMs: 5000, changes: 3 } });
  const before = text();
  await manager.updateSessionMetadata("s1", { n: 1 });
  await manager.updateSessionMetadata("s1", { n: 2 });
  expect(text()).toBe(before);
  time.advance(5000);
  await manager.flush();
  expect(text()).toContain('"{""n"": 2}"');
  for (const n of [3, 4, 5]) await manager.updateSessionMetadata("s1", { n });
  await expect.poll(text).toContain('"{""n"": 5}"');
});

test("with batch a commit that fails is tried again, and who waits for the disk is told", async () => {
  const { manager, file, rewrite, text } = await manage(fileOf(row("s1")), { batch: { everyMs: 5000, changes: 100 } });
  const errors: unknown[] = [];
  manager.events.on("error", (error) => errors.push(error));
  await manager.updateSessionMetadata("s1", { n: 1 });
  rmSync(file);
  expect((await failureOf(() => manager.flush())).code).toBe("STORE_NOT_FOUND");
  expect(errors).toContainEqual(expect.objectContaining({ code: "STORE_NOT_FOUND" }));
  rewrite(fileOf(row("s1")));
  await manager.flush();
  expect(text()).toContain('"{""n"": 1}"');
});

test("with batch callers who ask at once are told of one session, which stays the only one on what another program writes", async () => {
  const batch = { everyMs: 60_000, changes: 100 };
  const { manager, rewrite, text } = await manage(fileOf(), { batch });
  const request = { userId: "api_1", platform: "api" };
  const asked = await Promise.all([manager.getOrCreate(request), manager.getOrCreate(request)]);
  expect(asked.map(({ session, isNew }) => [session.sessionId, isNew])).toEqual([
    ["id-1", true],
    ["id-1", false],
  ]);
  rewrite(fileOf(row("s1")));
  await manager.flush();
  expect(manager.getUserSessions("api_1").map(({ sessionId }) => sessionId)).toEqual(["id-1"]);
  expect(text().match(/,api_1,/g)).toHaveLength(1);
});

test("with batch a session that is not written yet keeps its last activity on what another program writes", async () => {
  const batch = { everyMs: 60_000, changes: 100 };
  const { manager, rewrite, text, time } = await manage(fileOf(), { batch, touchDelayMs: 60_000 });
  const { sessionId } = await manager.getOrCreateSession({ userId: "api_1", platform: "api" });
  time.advance(5000);
  manager.getSession(sessionId);
  rewrite(fileOf(row("s1")));
  expect(manager.findSession(sessionId)?.lastActivityText).toBe("2025-09-30T10:00:05.000001");
  await manager.flush();
  expect(text()).toContain("id-1,api_1,api,id-2,2025-09-30T10:00:00.000001,2025-09-30T10:00:05.000001,");
});

test("a session with metadata that JSON cannot hold is refused, and nothing is written", async () => {
  const { manager, text } = await manage(fileOf());
  const request = { userId: "u", platform: "api", metadata: { n: NaN } };
  await expect(manager.getOrCreateSession(request)).rejects.toThrow(TypeError);
  await manager.flush();
  expect(text()).toBe(fileOf());
});

test("closed, it has written its touches, and refuses to work", async () => {
  const { manager, text, time } = await manage(fileOf(row("s1")), { cleanupIntervalMinutes: 5 });
  manager.getSession("s1");
  await manager.close();
  expect(text()).toContain("2025-09-30T10:00:00.000001");
  await manager.close();
  expect(time.timerCount).toBe(0);
  expect(() => manager.findSession("s1")).toThrow("closed");
});
