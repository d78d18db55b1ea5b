// What is wrong with a request is said with a status of 4xx; what is wrong with the file with 503.
import { rmSync } from "node:fs";
import { Server } from "node:http";
import { Duplex } from "node:stream";
import { expect, test } from "vitest";
import { storeTrouble } from "../../src/server/error-answers.js";
import { replacementFailure } from "../../src/storage/io-failure.js";
import { acquireLock } from "../../src/storage/lock.js";
import { fileOf, row } from "../manager/managing.js";
import { HOLDER } from "../storage/folder.js";
import { answerOtherRequests } from "../../src/server/error-answers.js";
import { serve } from "./serving.js";

const FILE = fileOf(row("s1"));

/** Status and code of an answer, which must say something. */
function said({ status, text }: { readonly status: number; readonly text: string }): string {
  const { detail, code } = JSON.parse(text) as { readonly detail: string; readonly code: string };
  expect(detail.length).toBeGreaterThan(10);
  return `${status} ${code}`;
}

const deep = (levels: number): string =>
  `{"user_id":"u","platform":"p","metadata":${'{"a":'.repeat(levels)}1${"}".repeat(levels)}}`;

test.each([
  ["no body", undefined, "422 INVALID_INPUT"],
  ["an empty body", "", "400 BODY_NOT_JSON"],
  ["no JSON", "{", "400 BODY_NOT_JSON"],
  ["a byte order mark", "\ufeff{}", "400 BODY_NOT_JSON"],
  ["NaN", '{"user_id":"u","platform":"p","metadata":{"a":NaN}}', "400 BODY_NOT_JSON"],
  ["bytes that are no UTF-8", Buffer.from('{"user_id":"\xff\xfe","platform":"p"}', "latin1"), "400 BODY_NOT_UTF8"],
  ["an overlong form", Buffer.from('{"user_id":"\xc0\xaf","platform":"p"}', "latin1"), "400 BODY_NOT_UTF8"],
  ["an array", "[]", "422 INVALID_INPUT"],
  ["null", "null", "422 INVALID_INPUT"],
  ["no user", '{"platform":"p"}', "422 INVALID_INPUT"],
  ["an empty user", '{"user_id":"","platform":"p"}', "422 INVALID_INPUT"],
  ["a number for a user", '{"user_id":1,"platform":"p"}', "422 INVALID_INPUT"],
  ["NUL in a user", '{"user_id":"a\\u0000","platform":"p"}', "422 INVALID_INPUT"],
  ["a line break in a platform", '{"user_id":"a","platform":"p\\n"}', "422 INVALID_INPUT"],
  ["half of a character", '{"user_id":"\\ud800","platform":"p"}', "422 INVALID_INPUT"],
  ["a space before a user", '{"user_id":" u","platform":"p"}', "400 PADDED_VALUE"],
  ["a no-break space behind a user", '{"user_id":"u\u00a0","platform":"p"}', "400 PADDED_VALUE"],
  ["an ideographic space behind a platform", '{"user_id":"u","platform":"p\u3000"}', "400 PADDED_VALUE"],
  ["a byte order mark before a user", '{"user_id":"\ufeffu","platform":"p"}', "400 PADDED_VALUE"],
  ["a user of spaces", '{"user_id":"  ","platform":"p"}', "400 PADDED_VALUE"],
  ["a number that a spreadsheet has rounded", '{"user_id":"1.2E+15","platform":"p"}', "422 VALUE_REFUSED"],
  ["a long user", `{"user_id":"${"u".repeat(1025)}","platform":"p"}`, "422 INVALID_INPUT"],
  ["metadata that is a list", '{"user_id":"u","platform":"p","metadata":[]}', "422 INVALID_INPUT"],
  ["metadata that is null", '{"user_id":"u","platform":"p","metadata":null}', "422 INVALID_INPUT"],
  ["what is not known", '{"user_id":"u","platform":"p","meta":{}}', "422 INVALID_INPUT"],
  ["__proto__", '{"__proto__":{"user_id":"u","platform":"p"}}', "422 INVALID_INPUT"],
  ["many levels", deep(100), "400 BODY_TOO_DEEP"],
  ["100,000 brackets", "[".repeat(100_000), "400 BODY_TOO_DEEP"],
  ["100,000 objects", deep(100_000), "400 BODY_TOO_DEEP"],
  ["more than 1 MiB", `{"user_id":"${"u".repeat(1024 * 1024)}","platform":"p"}`, "413 BODY_TOO_LARGE"],
])("a body with %s is refused, and nothing is written", async (_, body, answer) => {
  const { ask, text } = await serve(FILE);
  const headers = body === undefined ? {} : undefined;
  expect(said(await ask("POST", "/api/sessions", body, headers))).toBe(answer);
  expect(text()).toBe(FILE);
});

test.each([
  { "content-type": "application/json; charset=utf-8" },
  { "content-type": 'application/json; x=y; Charset="UTF-8"' },
  { "content-type": "application/json", "content-encoding": "identity" },
])("a body with %o is taken", async (headers) => {
  const { ask } = await serve(FILE);
  expect((await ask("PUT", "/api/sessions/s1/approval", "{}", headers)).status).toBe(200);
});

test("99 levels are taken, and 1 MiB less a little", async () => {
  const { ask } = await serve(FILE);
  expect((await ask("POST", "/api/sessions", deep(99))).status).toBe(201);
  const body = JSON.stringify({ user_id: "large", platform: "p", metadata: { a: "x".repeat(1024 * 1024 - 100) } });
  expect((await ask("POST", "/api/sessions", body)).status).toBe(201);
});

test("a space within a user is a part of it", async () => {
  const { ask } = await serve(FILE);
  const made = await ask("POST", "/api/sessions", '{"user_id":"tele gram","platform":"p"}');
  expect([made.status, made.text.includes('"tele gram"')]).toEqual([201, true]);
});

test("half of a character in metadata is kept as JSON says it", async () => {
  const { ask, text } = await serve(FILE);
  await ask("PATCH", "/api/sessions/s1/metadata", '{"half":"\\ud800","nul":"\\u0000"}');
  expect(text()).toContain('"{""half"": ""\\ud800"", ""nul"": ""\\u0000""}"');
});

test.each([
  ["GET", "/nothing", {}, "404 NO_SUCH_PATH"],
  ["GET", "/api/sessions/a/b", {}, "404 NO_SUCH_PATH"],
  ["GET", "/api/../etc/passwd", {}, "404 NO_SUCH_PATH"],
  ["GET", "/%2e%2e/%2e%2e/etc/passwd", {}, "404 NO_SUCH_PATH"],
  ["GET", "/api/session/..%2f..%2fetc%2fpasswd", {}, "404 SESSION_NOT_FOUND"],
  ["GET", "/api/session/%00", {}, "404 SESSION_NOT_FOUND"],
  ["GET", "/api/session/__proto__", {}, "404 SESSION_NOT_FOUND"],
  ["GET", "/api/session/%c0%af", {}, "400 BAD_URL"],
  ["GET", "/api/session/%zz", {}, "400 BAD_URL"],
  ["GET", "/%", {}, "400 BAD_URL"],
  ["GET", "/api/sessions?limit=-1", {}, "422 INVALID_INPUT"],
  ["GET", "/api/sessions?limit=1&limit=2", {}, "422 INVALID_INPUT"],
  ["GET", "/api/sessions?limit=9999999999", {}, "422 INVALID_INPUT"],
  ["GET", "/api/sessions?state=dead", {}, "422 INVALID_INPUT"],
  ["GET", "/api/sessions?what=1", {}, "422 INVALID_INPUT"],
  ["GET", "/api/sessions?__proto__=1", {}, "422 INVALID_INPUT"],
  ["POST", "/api/sessions", { "content-type": "text/plain" }, "415 NOT_JSON"],
  ["POST", "/api/sessions", { "content-type": "application/x-www-form-urlencoded" }, "415 NOT_JSON"],
  ["POST", "/api/sessions", { "content-type": "application/json", "content-encoding": "gzip" }, "415 BODY_ENCODED"],
  ["POST", "/api/sessions", { "content-type": "application/json", "content-encoding": "x" }, "415 BODY_ENCODED"],
  ["POST", "/api/sessions", { "content-type": "application/json; charset=utf-16" }, "415 BODY_NOT_UTF8"],
  ["POST", "/api/sessions", { "content-type": 'application/json;CHARSET="latin1"' }, "415 BODY_NOT_UTF8"],
  ["PUT", "/api/sessions/s1/approval", { "content-type": "multipart/form-data; boundary=x" }, "415 NOT_JSON"],
] as const)("%s %s with %o is refused: %s", async (method, path, headers, answer) => {
  const { ask, text } = await serve(FILE);
  expect(said(await ask(method, path, method === "GET" ? undefined : "a=b", headers))).toBe(answer);
  expect(text()).toBe(FILE);
});

test.each([
  ["GET", "/api/sessions?limti=1", undefined, "the query has limti, which is not known here"],
  ["GET", "/api/sessions?state=dead", undefined, "state in the query must be one of active, all"],
  ["GET", "/api/sessions?limit=-1", undefined, "limit in the query must be a whole number of at most nine digits"],
  ["GET", "/api/sessions/", undefined, "user_id in the path is empty"],
  ["POST", "/api/sessions", '{"user_id":"u"}', "the body lacks platform"],
  ["POST", "/api/sessions", '{"user_id":1,"platform":"p"}', "user_id in the body must be string"],
  ["POST", "/api/sessions", "[]", "the body must be object"],
  [
    "POST",
    "/api/sessions",
    '{"user_id":"a\\nb","platform":"p"}',
    "user_id in the body must be text without control characters, line breaks and halves of characters",
  ],
  [
    "POST",
    "/api/sessions",
    `{"${"x".repeat(70)}":1,"user_id":"u","platform":"p"}`,
    `the body has ${"x".repeat(60)}…, which is not known here`,
  ],
])("%s %s with %s says what is wrong with it", async (method, path, body, what) => {
  const { ask } = await serve(FILE);
  const { status, text } = await ask(method, path, body);
  expect([status, JSON.parse(text)]).toEqual([
    422,
    { detail: `${what}; see /docs for what is taken`, code: "INVALID_INPUT" },
  ]);
});

test.each([
  ['{"user_id":" u","platform":"p"}', "user_id begins or ends with white space or a byte order mark"],
  ['{"user_id":"u","platform":"p "}', "platform begins or ends with white space or a byte order mark"],
  ['{"user_id":"1.2E+15","platform":"p"}', "user_id looks like a number that a spreadsheet has rounded"],
])("a new session with %s says what is wrong with it, and what to send", async (body, what) => {
  const { ask } = await serve(FILE);
  const { detail } = JSON.parse((await ask("POST", "/api/sessions", body)).text) as { readonly detail: string };
  expect(detail).toBe(`${what}; send it as it was made, without anything around it`);
});

test.each([
  ["PUT", "/api/sessions", "GET, HEAD, POST"],
  ["POST", "/api/sessions/s1", "GET, HEAD, DELETE"],
  ["GET", "/api/sessions/s1/approval", "PUT, DELETE"],
  ["DELETE", "/health", "GET, HEAD"],
  ["OPTIONS", "/api/sessions/s1/metadata", "PATCH"],
  ["PROPFIND", "/api/sessions", "GET, HEAD, POST, PUT, PATCH, DELETE"],
  ["TRACE", "/nothing", "GET, HEAD, POST, PUT, PATCH, DELETE"],
])("%s %s is refused, and the answer says what is allowed", async (method, path, allow) => {
  const { ask, text } = await serve(FILE);
  const answer = await ask(method, path);
  expect([said(answer), answer.headers.allow]).toEqual(["405 METHOD_NOT_ALLOWED", allow]);
  expect(text()).toBe(FILE);
});

test.each([
  ["no HTTP", "hello\r\n\r\n", "HTTP/1.1 400 Bad Request", "NOT_HTTP"],
  ["an unknown method", "BREW / HTTP/1.1\r\nHost: localhost\r\n\r\n", "HTTP/1.1 400 Bad Request", "NOT_HTTP"],
  ["no Host", "GET /health HTTP/1.1\r\n\r\n", "HTTP/1.1 400 Bad Request", "BAD_HOST"],
  [
    "two Hosts",
    "GET /health HTTP/1.1\r\nHost: localhost\r\nHost: evil\r\n\r\n",
    "HTTP/1.1 400 Bad Request",
    "BAD_HOST",
  ],
  ["a Host with a path", "GET /health HTTP/1.1\r\nHost: localhost/x\r\n\r\n", "HTTP/1.1 400 Bad Request", "BAD_HOST"],
  [
    "two lengths",
    "POST /api/sessions HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
    "HTTP/1.1 400 Bad Request",
    "NOT_HTTP",
  ],
  [
    "a length and chunks",
    "POST /api/sessions HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}",
    "HTTP/1.1 400 Bad Request",
    "NOT_HTTP",
  ],
  [
    "17 KiB of headers",
    `GET /health HTTP/1.1\r\nHost: localhost\r\nX: ${"x".repeat(17 * 1024)}\r\n\r\n`,
    "HTTP/1.1 431 Request Header Fields Too Large",
    "HEADERS_TOO_LARGE",
  ],
  [
    "an id of 60,000 characters",
    `DELETE /api/sessions/${"x".repeat(60_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`,
    "HTTP/1.1 431 Request Header Fields Too Large",
    "HEADERS_TOO_LARGE",
  ],
  ["a request for *", "GET * HTTP/1.1\r\nHost: localhost\r\n\r\n", "HTTP/1.1 400 Bad Request", "BAD_TARGET"],
  ["OPTIONS for *", "OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n", "HTTP/1.1 400 Bad Request", "BAD_TARGET"],
  [
    "a whole URL",
    "GET http://localhost/health HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "HTTP/1.1 400 Bad Request",
    "BAD_TARGET",
  ],
  ["NUL in the path", "GET /a\0b HTTP/1.1\r\nHost: localhost\r\n\r\n", "HTTP/1.1 400 Bad Request", "NOT_HTTP"],
])("%s is answered with a body that says why", async (_, bytes, status, code) => {
  const { send } = await serve(FILE);
  const answer = await send(bytes);
  expect(answer.split("\r\n")[0]).toBe(status);
  expect(JSON.parse(answer.split("\r\n\r\n")[1] ?? "")).toEqual({ detail: expect.any(String) as string, code });
});

test("a locked file is answered with 503, and when to try again", async () => {
  const { ask, file, text, troubles } = await serve(FILE, { manager: { lockWaitMs: 0 } });
  const lock = await acquireLock(file, { waitMs: 0, holder: HOLDER });
  const answer = await ask("DELETE", "/api/sessions/s1");
  expect([said(answer), answer.headers["retry-after"]]).toEqual(["503 STORE_LOCKED", "2"]);
  expect(said(await ask("POST", "/api/sessions", '{"user_id":"u","platform":"p"}'))).toBe("503 STORE_LOCKED");
  const health = await ask("GET", "/health");
  expect([health.status, health.text]).toEqual([
    503,
    '{"status": "unhealthy", "timestamp": "2025-09-30T10:00:00.000001", "active_sessions": 1, "detail": "Another program keeps the sessions file locked; nothing was changed. Try again in a moment"}',
  ]);
  expect(troubles).toEqual([]);
  lock.release();
  expect((await ask("DELETE", "/api/sessions/s1")).status).toBe(200);
  expect((await ask("GET", "/health")).text).toBe(
    '{"status": "healthy", "timestamp": "2025-09-30T10:00:00.000001", "active_sessions": 0}',
  );
  expect(text()).toBe(fileOf());
});

test("a damaged file is answered with 503, and its sessions are listed", async () => {
  const damaged = `${FILE}s2,"open,telegram`;
  const { ask, text } = await serve(damaged);
  expect(said(await ask("DELETE", "/api/sessions/s1"))).toBe("503 STORE_DAMAGED");
  expect((await ask("GET", "/health")).status).toBe(503);
  expect((await ask("GET", "/api/session/s1")).status).toBe(200);
  expect(text()).toBe(damaged);
});

test("what the disk said is told, and once that nothing was changed", () => {
  const full = Object.assign(new Error("no space left"), { code: "ENOSPC" });
  expect(storeTrouble(replacementFailure("write", "s.csv", full))).toBe(
    "The sessions file cannot be read or written (the disk is full); nothing was changed. Check the disk and the permissions on the server",
  );
});

test("a file that is gone is answered with 503; what is in memory is listed", async () => {
  const { ask, file, troubles } = await serve(FILE);
  rmSync(file);
  expect(said(await ask("PATCH", "/api/sessions/s1/metadata", "{}"))).toBe("503 STORE_NOT_FOUND");
  expect(troubles).toEqual(["STORE_NOT_FOUND"]);
  expect(said(await ask("GET", "/api/stats"))).toBe("503 STORE_NOT_FOUND");
  expect(said(await ask("GET", "/metrics"))).toBe("503 STORE_NOT_FOUND");
  expect((await ask("GET", "/api/session/s1")).status).toBe(200);
});

test("a bug is told to whoever runs the server, and to the client as one", async () => {
  const { ask, manager, bugs } = await serve(FILE);
  await manager.close();
  expect(said(await ask("GET", "/api/sessions"))).toBe("500 BUG");
  expect(bugs.splice(0)).toEqual([
    expect.objectContaining({
      details: expect.objectContaining({ reason: "this session manager is closed" }) as object,
    }),
  ]);
});

test("a client that resets its connection after CONNECT ends the connection, not the process", async () => {
  const server = new Server();
  answerOtherRequests(server);
  const socket = new Duplex({ read: () => undefined, write: (_chunk, _encoding, done) => done(new Error("reset")) });
  server.emit("connect", undefined, socket);
  await new Promise((resolve) => socket.once("close", resolve));
  expect(socket.destroyed).toBe(true);
});
