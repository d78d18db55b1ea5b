// An editor that was opened some time ago saves what it had read: what it has never seen is not touched by it.
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import type { SessionConflict } from "../../src/manager/hand-edits.js";
import type { SessionManagerOptions } from "../../src/manager/options.js";
import { acquireLock } from "../../src/storage/lock.js";
import { failureOf, HOLDER } from "../storage/folder.js";
import { fileOf, manage, row, type Managed } from "./managing.js";

const S1 = row("s1");
const S2 = row("s2", { user: "telegram_2" });

interface Watched extends Managed {
  readonly conflicts: SessionConflict[];
  /** The lines of the conflict log, without what is the same in all of them. */
  readonly logged: () => unknown[];
  /** The ids in the file, in its order. */
  readonly ids: () => string[];
  /** Another program writes the file, and the manager has dealt with it. */
  readonly save: (text: string) => Promise<void>;
  readonly create: (user: string) => Promise<string>;
}

async function watched(text: string | undefined, options: Partial<SessionManagerOptions> = {}): Promise<Watched> {
  const managed = await manage(text, options);
  const { manager, file, time } = managed;
  const conflicts: SessionConflict[] = [];
  manager.events.on("conflict", (conflict) => conflicts.push(conflict));
  const folder = `${file}.d/log`;
  const logged = (): unknown[] =>
    (existsSync(folder) ? readdirSync(folder).sort() : [])
      .flatMap((name) => readFileSync(path.join(folder, name), "utf8").trimEnd().split("\n"))
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .map(({ sessionId, kept, manager: ours, file: theirs }) => ({ sessionId, kept, ours, theirs }));
  return {
    ...managed,
    conflicts,
    logged,
    ids: () =>
      managed
        .text()
        .split("\r\n")
        .slice(1, -1)
        .map((line) => line.split(",")[0] ?? ""),
    save: async (content) => {
      managed.rewrite(content);
      manager.getAllSessions();
      await manager.flush();
    },
    create: async (user) => {
      // A moment later, as every write.
      time.advance(1);
      return (await manager.getOrCreateSession({ userId: user, platform: "api" })).sessionId;
    },
  };
}

test("sessions that were made since are put back, byte for byte, and the edit counts", async () => {
  const { save, create, text, logged, conflicts, manager } = await watched(fileOf(S1, S2));
  await create("api_1");
  await create("api_2");
  const made = text().split("\r\n").slice(3, 5);
  await save(fileOf(row("s1", { metadata: '{"by": "hand"}' })));
  expect(text()).toBe(fileOf(row("s1", { metadata: '{"by": "hand"}' }), ...made));
  expect(manager.getAllSessions().map(({ userId }) => userId)).toEqual(["telegram_1", "api_1", "api_2"]);
  expect(logged()).toEqual([
    { sessionId: "id-1", kept: { session_id: "manager" }, ours: made[0], theirs: undefined },
    { sessionId: "id-3", kept: { session_id: "manager" }, ours: made[1], theirs: undefined },
  ]);
  expect(conflicts.map(({ sessionId, file }) => [sessionId, file])).toEqual([
    ["id-1", undefined],
    ["id-3", undefined],
  ]);
});

test("they are put back each time that such an editor saves", async () => {
  const { save, create, ids } = await watched(fileOf(S1));
  await create("api_1");
  for (const metadata of ['{"n": 1}', '{"n": 2}']) {
    await save(fileOf(row("s1", { metadata })));
    expect(ids()).toEqual(["s1", "id-1"]);
  }
});

test("what waits for a session that is put back, and its last activity, are written with it", async () => {
  const { manager, file, create, text, time } = await watched(fileOf(S1));
  const id = await create("api_1");
  const other = await create("api_2");
  time.advance(5);
  manager.getSession(other);
  writeFileSync(file, fileOf(S1));
  expect((await manager.setPendingApproval(id, { n: 1 })).hasPendingApproval).toBe(true);
  expect(text()).toContain('id-1,api_1,api,id-2,2025-09-30T10:00:00.001001,2025-09-30T10:00:00.007002,"{""n"": 1}",{}');
  expect(text()).toContain("id-3,api_2,api,id-4,2025-09-30T10:00:00.002001,2025-09-30T10:00:00.007001,,{}");
  expect(manager.findSession(id)?.hasPendingApproval).toBe(true);
});

test("an editor that has seen what was written since removes what it removes", async () => {
  const { manager, save, create, time, text, logged, ids } = await watched(fileOf(S1));
  await create("api_1");
  time.advance(1000);
  await manager.setPendingApproval("s1", { n: 1 });
  const made = text().split("\r\n")[2];
  const [head, s1] = text().split("\r\n");
  await save(`${head ?? ""}\r\n${s1 ?? ""}\r\n`);
  expect(ids()).toEqual(["s1"]);
  expect(logged()).toEqual([{ sessionId: "id-1", kept: {}, ours: made, theirs: undefined }]);
});

test("sessions of one commit show each other", async () => {
  const { manager, save, text, ids } = await watched(fileOf(S1));
  await Promise.all(["api_1", "api_2"].map((userId) => manager.getOrCreateSession({ userId, platform: "api" })));
  expect(ids()).toEqual(["s1", "id-1", "id-3"]);
  const [head, s1, , second] = text().split("\r\n");
  await save([head, s1, second, ""].join("\r\n"));
  expect(ids()).toEqual(["s1", "id-3"]);
});

test("what an editor writes itself is no sign of what it has read", async () => {
  const { save, create, ids } = await watched(fileOf(S1));
  await create("api_1");
  await save(fileOf(S1, row("h1")));
  expect(ids()).toEqual(["s1", "h1", "id-1"]);
  await save(fileOf(S1, row("h1"), row("h2")));
  expect(ids()).toEqual(["s1", "h1", "h2", "id-1"]);
  // Nor is what was written by hand put back.
  await save(fileOf(S1));
  expect(ids()).toEqual(["s1", "id-1"]);
});

test("nor where it writes a session later than the manager did", async () => {
  const { manager, save, create, time, ids } = await watched(fileOf(S1));
  await create("api_1");
  time.advance(1000);
  await manager.setPendingApproval("s1", { n: 1 });
  const later = S1.replace("2025-09-30T09:59:00", "2025-09-30T10:30:00");
  for (const added of [row("h1"), row("h2")]) {
    await save(fileOf(later, added));
    expect(ids()).toContain("id-1");
  }
});

test("sessions that were there when the manager began are removed by hand as ever", async () => {
  const { save, create, ids, logged } = await watched(fileOf(S1, S2));
  await create("api_1");
  await save(fileOf(S2));
  expect(ids()).toEqual(["s2", "id-1"]);
  expect(logged()).toHaveLength(1);
});

test("a session that is deleted after it was made is not put back", async () => {
  const { manager, save, create, ids, logged } = await watched(fileOf(S1));
  await manager.deleteSession(await create("api_1"));
  await save(fileOf(S1, S2));
  expect([ids(), logged()]).toEqual([["s1", "s2"], []]);
});

test("what another program with the lock made is put back too", async () => {
  const { manager, file, save, ids } = await watched(fileOf(S1));
  const other = await manage(undefined, { store: file, createId: () => "other" });
  await other.manager.getOrCreateSession({ userId: "api_1", platform: "api" });
  expect(manager.findSession("other")?.userId).toBe("api_1");
  await save(fileOf(row("s1", { metadata: '{"by": "hand"}' })));
  expect(ids()).toEqual(["s1", "other"]);
});

test("a session is put back into other columns with those that are there", async () => {
  const { save, create, text } = await watched(`${fileOf().trimEnd()},note\r\n${S1},mine\r\n`);
  await create("api_1");
  await save(`note,metadata,session_id,user_id,platform,thread_id,created_at,last_activity,pending_approval\r\n`);
  const time = "2025-09-30T10:00:00.001001";
  expect(text().split("\r\n")[1]).toBe(`,{},id-1,api_1,api,id-2,${time},${time},`);
});

test("a session is put back into as many fields as there are columns, also where one is named like two", async () => {
  const header = fileOf().trimEnd();
  const { manager, save, create, text } = await watched(`${header},a,b\r\n`);
  const id = await create("api_1");
  await save(`${header},"a,b"\r\n`);
  const time = "2025-09-30T10:00:00.001001";
  expect(text().split("\r\n")[1]).toBe(`id-1,api_1,api,id-2,${time},${time},,{},`);
  expect(manager.findSession(id)?.userId).toBe("api_1");
});

test("a session that was deleted and is in the file again is removed where the editor was open before, and logged", async () => {
  const { manager, save, time, ids, logged, conflicts } = await watched(fileOf(S1, S2, row("s3")));
  time.advance(1000);
  await manager.setPendingApproval("s1", { n: 1 });
  await manager.deleteSession("s2");
  await save(fileOf(S1, S2, row("s3", { metadata: '{"by": "hand"}' })));
  expect(ids()).toEqual(["s1", "s3"]);
  expect(logged()).toContainEqual({ sessionId: "s2", kept: {}, ours: undefined, theirs: S2 });
  expect(new Set(conflicts.map(({ sessionId }) => sessionId))).toEqual(new Set(["s1", "s2"]));
});

test("where nothing shows when it was opened, or it was used later, the session stays, and is logged", async () => {
  const { manager, save, time, ids, logged } = await watched(fileOf(S1, S2));
  await manager.deleteSession("s2");
  await save(fileOf(S1, S2));
  expect(ids()).toEqual(["s1", "s2"]);
  const kept = { session_id: "file" };
  expect(logged()).toEqual([{ sessionId: "s2", kept, ours: undefined, theirs: S2 }]);
  time.advance(1000);
  await manager.setPendingApproval("s1", { n: 1 });
  await manager.deleteSession("s2");
  const later = S2.replace("2025-09-30T09:59:00", "2025-09-30T10:30:00");
  await save(fileOf(S1, later));
  expect(ids()).toEqual(["s1", "s2"]);
  expect(logged()).toContainEqual({ sessionId: "s2", kept, ours: undefined, theirs: later });
});

test("a last activity that is not written yet is no sign that the editor was open before", async () => {
  const { manager, save, time, text, ids, logged } = await watched(fileOf(S1, S2), { touchDelayMs: 60_000 });
  time.advance(1000);
  await manager.setPendingApproval("s1", { n: 1 });
  await manager.deleteSession("s2");
  time.advance(1000);
  manager.getSession("s1");
  await save(`${text()}${S2}\r\n`);
  expect(ids()).toEqual(["s1", "s2"]);
  expect(logged()).toEqual([{ sessionId: "s2", kept: { session_id: "file" }, ours: undefined, theirs: S2 }]);
});

test("an editor that has seen that a session is deleted may add it again", async () => {
  const { manager, save, time, text, ids, logged } = await watched(fileOf(S1, S2));
  await manager.deleteSession("s2");
  time.advance(1000);
  await manager.setPendingApproval("s1", { n: 1 });
  await save(`${text()}${S2}\r\n`);
  expect([ids(), logged()]).toEqual([["s1", "s2"], []]);
});

test("a deleted session that a command brings back stays through the next edit, and the version that it takes away is logged", async () => {
  const { manager, file, save, time, ids, logged } = await watched(fileOf(S1, S2));
  time.advance(1000);
  await manager.setPendingApproval("s1", { n: 1 });
  const before = readFileSync(file, "utf8");
  await manager.deleteSession("s2");
  // As `undo` writes it.
  const other = await manage(undefined, { store: file, createId: () => "s2" });
  await other.manager.getOrCreateSession({ userId: "telegram_2", platform: "telegram" });
  expect(manager.findSession("s2")?.userId).toBe("telegram_2");
  await save(before.replace("t-s1", "t-sX"));
  expect(ids()).toEqual(["s1", "s2"]);
  expect(logged()).toMatchObject([{ sessionId: "s2", kept: { thread_id: "file" }, theirs: S2 }]);
});

test("an edit that comes while a commit fails is compared all the same", async () => {
  const { manager, file, time, create, ids, text } = await watched(fileOf(S1), { lockWaitMs: 50 });
  await create("api_1");
  const lock = await acquireLock(file, { waitMs: 0, holder: HOLDER });
  const failed = failureOf(() => manager.setPendingApproval("s1", { n: 1 }));
  writeFileSync(file, fileOf(row("s1", { metadata: '{"by": "hand"}' })));
  expect((await failed).code).toBe("STORE_LOCKED");
  lock.release();
  time.advance(300);
  manager.getAllSessions();
  await manager.flush();
  expect(ids()).toEqual(["s1", "id-1"]);
  expect(text()).toContain("by");
});

test("where the log cannot be written nothing is put back yet, and nothing is lost", async () => {
  const { manager, file, rewrite, create, ids } = await watched(fileOf(S1));
  const id = await create("api_1");
  writeFileSync(`${file}.d/log`, "");
  rewrite(fileOf(S1, S2));
  expect(manager.findSession(id)?.userId).toBe("api_1");
  expect((await failureOf(() => manager.flush())).code).toBe("IO_FAILED");
  expect([ids(), manager.findSession(id)?.userId]).toEqual([["s1", "s2"], "api_1"]);
  rmSync(`${file}.d/log`);
  await manager.flush();
  expect(ids()).toEqual(["s1", "s2", "id-1"]);
});

test("closed right after an editor saved an old version, it puts back what that took away, and logs it", async () => {
  const { manager, file, time, text, conflicts, create, logged } = await watched(fileOf(S1));
  time.advance(1000);
  await manager.setPendingApproval("s1", { n: 1 });
  await create("api_1");
  const written = text();
  writeFileSync(file, fileOf(S1));
  await manager.close();
  expect(text()).toBe(written);
  expect(conflicts.map(({ sessionId }) => sessionId)).toEqual(["s1", "id-1"]);
  expect(logged()).toHaveLength(2);
});

test("what another program with the lock deleted unseen is not put back by an edit of the file, and is logged", async () => {
  const { file, time, save, create, text, ids, logged } = await watched(fileOf(S1));
  await create("api_1");
  const made = text().split("\r\n")[2];
  const other = await manage(undefined, { store: file });
  await other.manager.deleteSession("id-1");
  await save(fileOf(row("s1", { metadata: '{"by": "hand"}' })));
  expect(ids()).toEqual(["s1"]);
  expect(logged()).toEqual([{ sessionId: "id-1", kept: {}, ours: made, theirs: undefined }]);
  // What comes after that is an editor's alone, again and again.
  time.advance(1000);
  const later = await create("api_2");
  for (const user of ["telegram_2", "telegram_3"]) {
    await save(fileOf(row("s1", { user })));
    expect(ids()).toEqual(["s1", later]);
  }
});

test("what another program with the lock made again unseen is not removed by an edit of the file", async () => {
  const { manager, file, time, save, ids, logged } = await watched(fileOf(S1, S2));
  time.advance(1000);
  await manager.setPendingApproval("s1", { n: 1 });
  await manager.deleteSession("s2");
  const other = await manage(undefined, { store: file, createId: () => "s2" });
  await other.manager.getOrCreateSession({ userId: "telegram_2", platform: "telegram" });
  await save(fileOf(S1, S2));
  expect(ids()).toEqual(["s1", "s2"]);
  expect(logged()).toContainEqual({ sessionId: "s2", kept: { session_id: "file" }, ours: undefined, theirs: S2 });
});

test.each([
  ["lies in the future", "2099-01-01T00:00:00", "2099-01-01T00:00:00.000002"],
  ["lies in the far future", "9000-01-01T00:00:00", "9000-01-01T00:00:00.000064"],
  ["is the same moment", "2025-09-30T10:00:00.000001", "2025-09-30T10:00:00.000003"],
])("a late save takes no change back where the last activity %s", async (_, activity, moved) => {
  const old = fileOf(S1.replace("2025-09-30T09:59:00", activity));
  const { manager, save, text, logged } = await watched(old);
  await manager.setPendingApproval("s1", { n: 1 });
  await manager.updateSessionMetadata("s1", { a: 1 });
  const written = text();
  expect(written).toContain(`,${moved},`);
  await save(old);
  expect(text()).toBe(written);
  expect(logged()).toHaveLength(1);
});

test("the last moment that a timestamp holds stays where it is", async () => {
  const { manager, text } = await watched(fileOf(S1.replace("2025-09-30T09:59:00", "9999-12-31T23:59:59.999900")));
  for (const n of [1, 2, 3, 4, 5]) await manager.setPendingApproval("s1", { n });
  expect(text()).toMatch(/,9999-12-31T23:59:59\.9999\d\d,/);
});

test("what is put back is no sign that a second editor, which had read it before, has seen what was made since", async () => {
  const { manager, save, create, time, text, ids } = await watched(fileOf(S1));
  time.advance(1000);
  await manager.updateSessionMetadata("s1", { a: 1 });
  const second = text();
  const made = await create("api_1");
  await save(fileOf(S1));
  expect(ids()).toEqual(["s1", made]);
  await save(second);
  expect(ids()).toEqual(["s1", made]);
  // Nor where the record that is put back is a session.
  const third = text();
  const last = await create("api_2");
  await save(fileOf(S1));
  await save(third);
  expect(ids()).toEqual(["s1", made, last]);
  // One that has seen all of them removes what it removes.
  time.advance(1000);
  await manager.updateSessionMetadata("s1", { b: 1 });
  await save(text().split("\r\n").slice(0, 2).concat("").join("\r\n"));
  expect(ids()).toEqual(["s1"]);
});

test("what another program with the lock changed is put back too, where the manager had read it", async () => {
  const { manager, file, time, save, text, logged } = await watched(fileOf(S1, S2));
  const other = await manage(undefined, { store: file });
  await other.manager.setPendingApproval("s1", { n: 1 });
  const [, changed] = text().split("\r\n");
  time.advance(300);
  expect(manager.findSession("s1")?.hasPendingApproval).toBe(true);
  // What it has not changed is edited by hand as ever, also the last activity.
  const edited = S2.replace("2025-09-30T09:59:00", "2025-09-30T08:00:00");
  await save(fileOf(S1, edited));
  expect(text()).toBe(fileOf(changed ?? "", edited));
  expect(manager.findSession("s1")?.hasPendingApproval).toBe(true);
  const kept = { pending_approval: "manager", last_activity: "manager" };
  expect(logged()).toEqual([{ sessionId: "s1", kept, ours: changed, theirs: S1 }]);
});

test("nor is a change lost of a session that another program both made and changed between two readings", async () => {
  const { manager, file, time, save, text } = await watched(fileOf(S1));
  const other = await manage(undefined, { store: file, createId: () => "other" });
  await other.manager.getOrCreateSession({ userId: "api_1", platform: "api" });
  const old = text();
  other.time.advance(1000);
  await other.manager.updateSessionMetadata("other", { a: 1 });
  const written = text();
  time.advance(300);
  expect(manager.findSession("other")?.metadataText).toBe('{"a": 1}');
  await save(old);
  expect(text()).toBe(written);
});
