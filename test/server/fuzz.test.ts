// Whatever is sent, nothing that a client does is answered with 5xx, ends the server or harms the file.
import fc from "fast-check";
import { expect, test } from "vitest";
import { fileOf, row } from "../manager/managing.js";
import { serve } from "./serving.js";

const METHODS = [
  "GET",
  "HEAD",
  "POST",
  "PUT",
  "PATCH",
  "DELETE",
  "OPTIONS",
  "TRACE",
  "CONNECT",
  "PROPFIND",
  "M-SEARCH",
  "FOO",
];

const PATH_PIECES = [
  ...[
    "/",
    "//",
    "/api",
    "/api/sessions",
    "/api/session",
    "/s1",
    "/approval",
    "/metadata",
    "/events/",
    "/metrics",
    "/docs",
  ],
  ...[
    "..",
    "/..",
    "%2e%2e",
    "%2F",
    "%5c",
    "%00",
    "%0d%0a",
    "%c0%af",
    "%zz",
    "%",
    "%ed%a0%80",
    "\\",
    ";a=b",
    "*",
    ":id",
  ],
  ...[
    "?",
    "?limit=",
    "&limit=1",
    "offset=-1",
    "state=all",
    "=",
    "&",
    "[]",
    "[a][b]=",
    "#",
    "__proto__",
    "constructor",
    "é",
  ],
  ...["a".repeat(5000), "http://evil.example/"],
];

const HEADERS = [
  ...["Content-Type: application/json", "Content-Type: application/json; charset=utf-16", "Content-Type: text/html"],
  ...["Content-Type: multipart/form-data; boundary=x", "Content-Type: ,", "Content-Type:", "Content-Encoding: gzip"],
  ...["Transfer-Encoding: chunked", "Transfer-Encoding: gzip, chunked", "Content-Length: 0", "Content-Length: -1"],
  ...[
    "Content-Length: 99999999999",
    "Expect: 100-continue",
    "Expect: 200-ok",
    "Upgrade: websocket",
    "Connection: Upgrade",
  ],
  ...[
    "Host: localhost",
    "Host: evil.example",
    "Host:",
    "Host: [",
    "Origin: null",
    "Origin: http://evil.example",
    "Origin: [",
  ],
  ...[
    "Authorization: Bearer x",
    "Range: bytes=0-1",
    "If-None-Match: *",
    "__proto__: x",
    "Last-Event-ID: \xff",
    "X: \x01",
  ],
  ...[
    "X: a\r\n b",
    "X-HTTP-Method-Override: DELETE",
    `Cookie: ${"c".repeat(8000)}`,
    "TE: trailers",
    "Accept: text/event-stream",
  ],
];

const body = fc.oneof(
  { weight: 3, arbitrary: fc.json({ maxDepth: 4 }) },
  {
    weight: 2,
    arbitrary: fc.record({ user_id: fc.anything(), platform: fc.anything(), metadata: fc.anything() }).map(text),
  },
  { weight: 2, arbitrary: fc.string({ unit: "binary", maxLength: 60 }) },
  { weight: 1, arbitrary: fc.constantFrom("[", '{"a":', '[{"":').map((opening) => opening.repeat(100_000)) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '{"__proto__":null}',
      '{"constructor":{"prototype":1}}',
      '{"a":1,"a":2}',
      "\0",
      '"\\ud800"',
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom('{"n":1e999}', `{"n":${"9".repeat(5000)}}`, '{"a":"\\u0000\\ud800"}', "\ufeff{}"),
  },
);

const request = fc.record({
  method: fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...METHODS.slice(0, 6)) }, fc.constantFrom(...METHODS)),
  path: fc.oneof(
    fc.constantFrom(
      "/api/sessions",
      "/api/sessions/s1/approval",
      "/api/sessions/s1/metadata",
      "/api/sessions/s1",
      "/api/sessions/a%2Fb",
    ),
    fc.array(fc.constantFrom(...PATH_PIECES), { maxLength: 5 }).map((pieces) => `/${pieces.join("")}`),
  ),
  headers: fc.array(fc.constantFrom(...HEADERS), { maxLength: 3 }),
  isPlain: fc.boolean(),
  body,
});

/** What can be told as JSON, and what cannot as a text. */
function text(value: object): string {
  try {
    return JSON.stringify(value, (_, part: unknown) => (typeof part === "bigint" ? String(part) : part));
  } catch {
    return Object.keys(value).join();
  }
}

function bytesOf({
  method,
  path,
  headers,
  isPlain,
  body,
}: typeof request extends fc.Arbitrary<infer Value> ? Value : never): Buffer {
  const content = Buffer.from(body);
  const plain = ["Host: localhost", "Content-Type: application/json", `Content-Length: ${content.length}`];
  const lines = [
    ...(isPlain ? plain : ["Host: localhost", `Content-Length: ${content.length}`]),
    ...(isPlain ? [] : headers),
    "Connection: close",
  ];
  return Buffer.concat([Buffer.from(`${method} ${path} HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n`, "latin1"), content]);
}

/** Every status of the answers that came, and what the last one said. */
function judge(answer: string, method: string): string | undefined {
  if (answer === "") return undefined;
  const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(answer.replace(/^HTTP\/1\.1 100 Continue\r\n\r\n/, ""))?.[1]);
  if (!(status >= 200 && status < 500)) return `status ${status}`;
  if (status < 400 || method === "HEAD") return undefined;
  const json = answer.slice(answer.lastIndexOf('{"detail'));
  const { detail, code } = JSON.parse(json) as { detail?: unknown; code?: unknown };
  return typeof detail === "string" && typeof code === "string" ? undefined : `no reason: ${json}`;
}

test(
  "requests of any kind are answered with what is wrong with them, and the file stays whole",
  { timeout: 120_000 },
  async () => {
    const { send, ask, manager, text: onDisk, rewrite } = await serve(fileOf(row("s1"), row("a/b")));
    const statuses = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(request, async (one) => {
        const answer = await send(bytesOf(one));
        const line = answer.split("\r\n", 1)[0] ?? "";
        statuses.set(line, (statuses.get(line) ?? 0) + 1);
        expect(judge(answer, one.method)).toBeUndefined();
        if (manager.findSession("s1") === undefined) rewrite(fileOf(row("s1"), row("a/b")));
      }),
      { numRuns: 1000, endOnFailure: true, interruptAfterTimeLimit: 30_000 },
    );
    expect((await ask("GET", "/health")).status).toBe(200);
    // What was taken can be read again.
    rewrite(`${onDisk()}\r\n`);
    expect(manager.contents.damaged.count).toBe(0);
    const codes = [...statuses.keys()].map((line) => line.slice(9, 12));
    expect(codes).toEqual(expect.arrayContaining(["200", "400", "404", "405"]));
  },
);
