// Literal requests and literal answers.
import http from "node:http";
import { expect, test } from "vitest";
import { fileOf, row } from "../manager/managing.js";
import { serve } from "./serving.js";

const FILE = fileOf(
  row("s1", { metadata: '{"id": 12345678901234567890}' }),
  row("s2", { user: "discord_2", idle: 3, pending: '{"tool_name": "x", "n": 1.0}' }),
  row("gone", { user: "discord_2", idle: 61 }),
);

const S1 =
  '{"session_id": "s1", "user_id": "telegram_1", "platform": "telegram", "thread_id": "t-s1", "created_at": "2025-09-30T08:00:00", "last_activity": "2025-09-30T09:59:00", "has_pending_approval": false, "metadata": {"id": 12345678901234567890}}';
const S2 =
  '{"session_id": "s2", "user_id": "discord_2", "platform": "discord", "thread_id": "t-s2", "created_at": "2025-09-30T08:00:00", "last_activity": "2025-09-30T09:57:00", "has_pending_approval": true, "metadata": {}}';
const GONE =
  '{"session_id": "gone", "user_id": "discord_2", "platform": "discord", "thread_id": "t-gone", "created_at": "2025-09-30T08:00:00", "last_activity": "2025-09-30T08:59:00", "has_pending_approval": false, "metadata": {}, "state": "expired"}';
const NOW = "2025-09-30T10:00:00.000001";

test.each([
  ["/api/sessions", `{"active_sessions": [${S1}, ${S2}], "count": 2}`],
  ["/api/sessions?limit=1", `{"active_sessions": [${S1}], "count": 2}`],
  ["/api/sessions?limit=1&offset=1", `{"active_sessions": [${S2}], "count": 2}`],
  ["/api/sessions?platform=discord", `{"active_sessions": [${S2}], "count": 1}`],
  ["/api/sessions?user_id=nobody", '{"active_sessions": [], "count": 0}'],
  [
    "/api/sessions?state=all&user_id=discord_2",
    `{"active_sessions": [${S2.slice(0, -1)}, "state": "active"}, ${GONE}], "count": 2}`,
  ],
  ["/api/sessions/discord_2", `{"user_id": "discord_2", "sessions": [${S2}]}`],
  ["/api/sessions/nobody%2F%C3%A9", '{"user_id": "nobody/\\u00e9", "sessions": []}'],
  ["/api/session/s1", `${S1.slice(0, -1)}, "pending_approval": null, "state": "active"}`],
  ["/api/session/s2", `${S2.slice(0, -1)}, "pending_approval": {"tool_name": "x", "n": 1.0}, "state": "active"}`],
  ["/api/session/gone", GONE.replace('"state"', '"pending_approval": null, "state"')],
])("GET %s", async (path, text) => {
  const { ask, file, text: onDisk } = await serve(FILE);
  const answer = await ask("GET", path);
  expect(answer.text).toBe(text);
  expect([answer.status, answer.headers["content-type"]]).toEqual([200, "application/json; charset=utf-8"]);
  expect(file).toBeDefined();
  // Reading touches nothing.
  expect(onDisk()).toBe(FILE);
});

test("a long list comes in pieces, whole and in order, and a client that does not read it keeps nobody waiting", async () => {
  const ids = Array.from({ length: 20_000 }, (_, number) => `session-${number}`);
  const { ask, port } = await serve(fileOf(...ids.map((id) => row(id))));
  const slow = await new Promise<http.IncomingMessage>((resolve, reject) => {
    http.get({ host: "127.0.0.1", port, path: "/api/sessions", agent: false }, resolve).on("error", reject);
  });
  const list = JSON.parse((await ask("GET", "/api/sessions")).text) as {
    active_sessions: { session_id: string }[];
    count: number;
  };
  expect(list.count).toBe(ids.length);
  expect(list.active_sessions.map(({ session_id }) => session_id)).toEqual(ids);
  slow.destroy();
});

test("JSON of Python that is none is passed on as a string, so that the answer is JSON", async () => {
  const json = '{"a": NaN, "b": [-Infinity]}';
  const { ask } = await serve(
    fileOf(row("s1", { metadata: json, pending: json }), row("s2", { metadata: '{"a": "NaN"}' })),
  );
  const list = JSON.parse((await ask("GET", "/api/sessions")).text) as { active_sessions: { metadata: unknown }[] };
  expect(list.active_sessions.map(({ metadata }) => metadata)).toEqual([json, { a: "NaN" }]);
  const detail = JSON.parse((await ask("GET", "/api/session/s1")).text) as { pending_approval: unknown };
  expect(detail.pending_approval).toBe(json);
});

test("a session is made with 201, on the disk, with all digits; given again with 200, touched", async () => {
  const { ask, text, time } = await serve(fileOf());
  const body =
    '{"user_id":"api_é","platform":"api","metadata":{"n":12345678901234567890,"f":1.50,"__proto__":{"a":[]}}}';
  const made = await ask("POST", "/api/sessions", body);
  const session = (lastActivity: string): string =>
    `{"session_id": "id-1", "user_id": "api_\\u00e9", "platform": "api", "thread_id": "id-2", "created_at": "${NOW}", "last_activity": "${lastActivity}", "has_pending_approval": false, "metadata": {"n": 12345678901234567890, "f": 1.50, "__proto__": {"a": []}}}`;
  expect([made.status, made.text]).toEqual([201, session(NOW)]);
  const json = '"{""n"": 12345678901234567890, ""f"": 1.50, ""__proto__"": {""a"": []}}"';
  expect(text()).toBe(fileOf(`id-1,api_é,api,id-2,${NOW},${NOW},,${json}`));
  time.advance(1);
  const again = await ask("POST", "/api/sessions", '{"user_id":"api_é","platform":"api"}');
  expect([again.status, again.text]).toEqual([200, session("2025-09-30T10:00:00.001001")]);
});

test("an approval is set, with its digits, and cleared", async () => {
  const { ask, text } = await serve(FILE);
  const set = await ask("PUT", "/api/sessions/s1/approval", '{"tool_name":"apply_edit","big":99999999999999999999}');
  expect([set.status, set.text]).toEqual([
    200,
    S1.replace("2025-09-30T09:59:00", NOW).replace('approval": false', 'approval": true'),
  ]);
  expect(text()).toContain('"{""tool_name"": ""apply_edit"", ""big"": 99999999999999999999}"');
  // Each change moves the last activity, also where the clock stands still.
  for (const [id, time] of [
    ["s1", NOW.replace(/1$/, "2")],
    ["s2", NOW],
    ["s1", NOW.replace(/1$/, "3")],
  ] as const) {
    const cleared = await ask("DELETE", `/api/sessions/${id}/approval`);
    expect([cleared.status, cleared.text]).toEqual([
      200,
      (id === "s1" ? S1 : S2).replace(/2025-09-30T09:5[79]:00/, time).replace('approval": true', 'approval": false'),
    ]);
  }
  expect(text()).not.toContain("tool_name");
});

test("metadata is merged member by member; null removes one", async () => {
  const { ask, text } = await serve(FILE);
  const body = '{"a":{"b":null},"big":-1234567890123456789012,"__proto__":1}';
  const merged = await ask("PATCH", "/api/sessions/s1/metadata", body);
  expect(merged.status).toBe(200);
  expect(merged.text).toContain(
    '"metadata": {"id": 12345678901234567890, "a": {"b": null}, "big": -1234567890123456789012, "__proto__": 1}}',
  );
  const removed = await ask("PATCH", "/api/sessions/s1/metadata", '{"id":null,"nothing":null,"a":1}');
  expect(removed.text).toContain('"metadata": {"a": 1, "big": -1234567890123456789012, "__proto__": 1}}');
  expect(text()).toContain('"{""a"": 1, ""big"": -1234567890123456789012, ""__proto__"": 1}"');
});

test("a session is deleted, expired or not; a second time there is none", async () => {
  const { ask, text } = await serve(FILE);
  for (const id of ["gone", "s1"]) {
    const deleted = await ask("DELETE", `/api/sessions/${id}`);
    expect([deleted.status, deleted.text]).toEqual([200, `{"status": "deleted", "session_id": "${id}"}`]);
    const again = await ask("DELETE", `/api/sessions/${id}`);
    expect([again.status, again.text]).toEqual([404, '{"detail": "Session not found", "code": "SESSION_NOT_FOUND"}']);
  }
  expect(text().split("\r\n").length).toBe(3);
});

test("a type without a body does not matter where nothing is sent", async () => {
  const { ask } = await serve(FILE);
  const headers = { "content-type": "application/json" };
  expect((await ask("PUT", "/api/sessions/s1/approval", "{}")).status).toBe(200);
  expect((await ask("DELETE", "/api/sessions/s1/approval", undefined, headers)).status).toBe(200);
  expect((await ask("DELETE", "/api/sessions/s1", undefined, headers)).status).toBe(200);
  expect((await ask("POST", "/api/sessions", undefined, headers)).status).toBe(400);
});

test("an id with a slash is one part of the path", async () => {
  const { ask } = await serve(fileOf(row("a/b", { metadata: '{"x": 1}' })));
  expect((await ask("GET", "/api/session/a%2Fb")).status).toBe(200);
  expect((await ask("PUT", "/api/sessions/a%2fb/approval", "{}")).status).toBe(200);
  expect((await ask("DELETE", "/api/sessions/a%2Fb")).text).toBe('{"status": "deleted", "session_id": "a/b"}');
});

test.each(["PUT", "DELETE"])("%s of an approval of a session that is expired or not there is 404", async (method) => {
  const { ask, text } = await serve(FILE);
  for (const id of ["gone", "nobody"]) {
    const answer = await ask(method, `/api/sessions/${id}/approval`, method === "PUT" ? "{}" : undefined);
    expect([answer.status, answer.text]).toEqual([404, '{"detail": "Session not found", "code": "SESSION_NOT_FOUND"}']);
  }
  expect(text()).toBe(FILE);
});

test("text that acts on terminals and lines goes out escaped, and means the same", async () => {
  const metadata = '{"a": "\u009b31m\u202e",\n\t"b": 1}';
  const { ask } = await serve(fileOf(row("s\u2028", { user: "ü\u009b", metadata })));
  const { text } = await ask("GET", "/api/sessions");
  expect(text).toMatch(/^[ -~]+$/);
  const { active_sessions: sessions } = JSON.parse(text) as { active_sessions: object[] };
  expect(sessions).toMatchObject([
    { session_id: "s\u2028", user_id: "ü\u009b", metadata: JSON.parse(metadata) as object },
  ]);
});

test("metadata may not grow beyond 4 MiB", async () => {
  const { ask } = await serve(fileOf(row("s1")));
  const statuses: number[] = [];
  for (const name of ["a", "b", "c", "d", "e"]) {
    const body = JSON.stringify({ [name]: "x".repeat(1_000_000) });
    statuses.push((await ask("PATCH", "/api/sessions/s1/metadata", body)).status);
  }
  expect(statuses).toEqual([200, 200, 200, 200, 413]);
  expect((await ask("PATCH", "/api/sessions/s1/metadata", '{"a":null}')).status).toBe(200);
});

test("metadata that was written longer than 4 MiB by others can be made shorter", async () => {
  const { ask, text } = await serve(fileOf(row("s1", { metadata: `{"a": "${"x".repeat(5_000_000)}"}` })));
  expect((await ask("PATCH", "/api/sessions/s1/metadata", '{"b":1,"a":null}')).status).toBe(413);
  expect((await ask("PATCH", "/api/sessions/s1/metadata", '{"a":null}')).status).toBe(200);
  expect(text().length).toBeLessThan(1000);
});
