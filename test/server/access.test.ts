import { expect, test } from "vitest";
import { fileOf, row } from "../manager/managing.js";
import { serve } from "./serving.js";

const FILE = fileOf(row("s1"));
const TOKEN = "0123456789abcdef";
const POST = '{"user_id":"u","platform":"p"}';

test.each([
  "localhost",
  "localhost:8000",
  "LOCALHOST",
  "localhost.",
  "LocalHost.:8000",
  "127.0.0.1:1",
  "127.9.9.9",
  "[::1]:8000",
  "[0:0::1]:8000",
])("without a token, Host %s is answered", async (host) => {
  const { ask } = await serve(FILE);
  expect((await ask("GET", "/api/sessions", undefined, { host })).status).toBe(200);
});

test.each([
  "evil.example",
  "127.0.0.1.evil.example",
  "localhost.evil.example",
  "localhost..",
  "10.0.0.1:8000",
  "0.0.0.0",
  "[::2]",
])("without a token, Host %s is refused, whatever is asked for", async (host) => {
  const { ask, text } = await serve(FILE);
  for (const [method, path] of [
    ["GET", "/health"],
    ["GET", "/api/sessions"],
    ["DELETE", "/api/sessions/s1"],
    ["GET", "/nothing"],
  ] as const) {
    const answer = await ask(method, path, undefined, { host });
    expect([answer.status, answer.text.includes("WRONG_HOST")]).toEqual([403, true]);
  }
  expect(text()).toBe(FILE);
});

test.each(["http://evil.example", "null", "http://localhost:1", "http://localhost.evil.example", "file://", "x"])(
  "a page from %s changes nothing, and may not read",
  async (origin) => {
    const { ask, text } = await serve(FILE);
    for (const [method, path, body] of [
      ["POST", "/api/sessions", POST],
      ["DELETE", "/api/sessions/s1", undefined],
      ["PUT", "/api/sessions/s1/approval", "{}"],
      ["PATCH", "/api/sessions/s1/metadata", "{}"],
    ] as const) {
      const answer = await ask(method, path, body, { origin, ...(body && { "content-type": "application/json" }) });
      expect([answer.status, answer.text.includes("WRONG_ORIGIN")]).toEqual([403, true]);
    }
    const read = await ask("GET", "/api/sessions", undefined, { origin });
    expect(read.headers["access-control-allow-origin"]).toBeUndefined();
    const preflight = await ask("OPTIONS", "/api/sessions", undefined, {
      origin,
      "access-control-request-method": "POST",
    });
    expect([preflight.status, preflight.headers["access-control-allow-origin"]]).toEqual([405, undefined]);
    expect(text()).toBe(FILE);
  },
);

test("a page of the server itself changes sessions, behind a proxy with TLS too", async () => {
  const { ask, port } = await serve(FILE);
  for (const scheme of ["http", "https"]) {
    const headers = {
      host: `localhost:${port}`,
      origin: `${scheme}://localhost:${port}`,
      "content-type": "application/json",
    };
    expect((await ask("PATCH", "/api/sessions/s1/metadata", "{}", headers)).status).toBe(200);
  }
});

test("a page of an origin that is named reads and changes; another one does not", async () => {
  const origin = "https://admin.example";
  const { ask } = await serve(FILE, { corsOrigins: [origin] });
  const preflight = await ask("OPTIONS", "/api/sessions/s1", undefined, {
    origin,
    "access-control-request-method": "DELETE",
  });
  expect([preflight.status, preflight.headers]).toMatchObject([
    204,
    {
      "access-control-allow-origin": origin,
      "access-control-allow-methods": "GET, HEAD, POST, PUT, PATCH, DELETE",
      "access-control-allow-headers": "authorization, content-type",
      vary: "Origin",
    },
  ]);
  const read = await ask("GET", "/api/sessions", undefined, { origin });
  expect([read.status, read.headers["access-control-allow-origin"]]).toEqual([200, origin]);
  const refused = await ask("DELETE", "/api/sessions/s1", undefined, { origin: "https://other.example" });
  expect([refused.status, refused.headers["access-control-allow-origin"]]).toEqual([403, undefined]);
  const missing = await ask("GET", "/api/session/nobody", undefined, { origin });
  expect([missing.status, missing.headers["access-control-allow-origin"]]).toEqual([404, origin]);
  expect((await ask("DELETE", "/api/sessions/s1", undefined, { origin })).status).toBe(200);
});

test.each([
  ["no token", {}, 'Bearer realm="sessions"'],
  ["an empty one", { authorization: "Bearer " }, 'Bearer realm="sessions"'],
  ["another scheme", { authorization: `Basic ${TOKEN}` }, 'Bearer realm="sessions"'],
  ["a wrong one", { authorization: "Bearer 0123456789abcdeF" }, 'Bearer realm="sessions", error="invalid_token"'],
  ["a part of it", { authorization: "Bearer 0123456789abcde" }, 'Bearer realm="sessions", error="invalid_token"'],
  ["more than it", { authorization: `Bearer ${TOKEN}0` }, 'Bearer realm="sessions", error="invalid_token"'],
  ["a long one", { authorization: `Bearer ${"x".repeat(10_000)}` }, 'Bearer realm="sessions", error="invalid_token"'],
])("with a token to name, %s gets 401", async (_, headers, challenge) => {
  const { ask, text } = await serve(FILE, { token: TOKEN });
  for (const [method, path] of [
    ["GET", "/api/sessions"],
    ["GET", "/api/session/s1"],
    ["DELETE", "/api/sessions/s1"],
    ["GET", "/api/events"],
    ["GET", "/api/stats"],
    ["GET", "/metrics"],
    ["GET", "/nothing"],
    ["PUT", "/api/sessions"],
  ] as const) {
    const answer = await ask(method, path, undefined, headers);
    expect([method, path, answer.status, answer.headers["www-authenticate"]]).toEqual([method, path, 401, challenge]);
  }
  // They hold nothing of the file, and a browser has no token for what it opens.
  for (const path of ["/health", "/docs", "/openapi.json"]) {
    expect([path, (await ask("GET", path, undefined, headers)).status]).toEqual([path, 200]);
  }
  expect(text()).toBe(FILE);
});

test("with the token any host is answered, in any case of the scheme", async () => {
  const { ask } = await serve(FILE, { token: TOKEN });
  for (const scheme of ["Bearer", "bearer", "BEARER"]) {
    const headers = { authorization: `${scheme} ${TOKEN}`, host: "bot.example:8000" };
    expect((await ask("GET", "/api/sessions", undefined, headers)).status).toBe(200);
  }
});

test("with the token a page from elsewhere changes nothing all the same", async () => {
  const { ask } = await serve(FILE, { token: TOKEN });
  const headers = { authorization: `Bearer ${TOKEN}`, origin: "http://evil.example" };
  expect((await ask("DELETE", "/api/sessions/s1", undefined, headers)).status).toBe(403);
});

test("every answer forbids guessing, framing and keeping", async () => {
  const { ask } = await serve(FILE);
  for (const path of ["/health", "/api/sessions", "/docs", "/nothing"]) {
    expect((await ask("GET", path)).headers).toMatchObject({
      "cache-control": "no-store",
      "content-security-policy": expect.stringMatching(/^default-src 'none';.*frame-ancestors 'none'$/) as string,
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
    });
  }
});
