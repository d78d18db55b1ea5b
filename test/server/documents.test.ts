// What the server says about itself is what it does.
import fastify from "fastify";
import { expect, test } from "vitest";
import { fileOf, row } from "../manager/managing.js";
import { serve, type Served } from "./serving.js";

const FILE = fileOf(
  row("s1", { metadata: '{"id": 12345678901234567890}' }),
  row("s2", { user: "discord_2", pending: '{"n": 1}' }),
  row("gone", { idle: 61 }),
);

interface Document {
  readonly openapi: string;
  readonly paths: Readonly<
    Record<string, Readonly<Record<string, { readonly responses: Readonly<Record<string, Response>> }>>>
  >;
}

interface Response {
  readonly description: string;
  readonly content?: Readonly<Record<string, { readonly schema: object }>>;
}

async function documentOf({ ask }: Pick<Served, "ask">): Promise<Document> {
  return JSON.parse((await ask("GET", "/openapi.json")).text) as Document;
}

test("the document names every route", async () => {
  const { openapi, paths } = await documentOf(await serve(FILE));
  expect(openapi).toBe("3.1.0");
  expect(Object.entries(paths).map(([path, methods]) => `${path} ${Object.keys(methods).join(" ")}`)).toEqual([
    "/metrics get",
    "/health get",
    "/api/stats get",
    "/api/sessions get post",
    "/api/sessions/{user_id} get",
    "/api/session/{session_id} get",
    "/api/sessions/{session_id} delete",
    "/api/sessions/{session_id}/approval put delete",
    "/api/sessions/{session_id}/metadata patch",
    "/api/events get",
  ]);
});

test("the document says which answers are no JSON", async () => {
  const { paths } = await documentOf(await serve(FILE));
  const types = (path: string): string[] => Object.keys(paths[path]?.["get"]?.responses["200"]?.content ?? {});
  expect([types("/metrics"), types("/api/events"), types("/health")]).toEqual([
    ["text/plain"],
    ["text/event-stream"],
    ["application/json"],
  ]);
});

test("the document says of the events that too many may listen already", async () => {
  const { paths } = await documentOf(await serve(FILE));
  const refusal = (path: string): string | undefined => paths[path]?.["get"]?.responses["429"]?.description;
  expect([refusal("/api/events"), refusal("/api/stats")]).toEqual([
    "too many listen already, or too many requests of one connection are under way",
    "too many requests of one connection are under way",
  ]);
});

test("every answer is as the document says", async () => {
  const served = await serve(FILE);
  const { paths } = await documentOf(served);
  const checker = fastify({ ajv: { customOptions: { coerceTypes: false, removeAdditional: false } } });
  const isAsSaid = new Map<string, boolean>();
  checker.post("/", async (request) => {
    const { schema, value } = request.body as { schema: object; value: unknown };
    return { isValid: request.compileValidationSchema(schema)(value) };
  });
  for (const [method, path, url, body] of [
    ["get", "/health", "/health"],
    ["get", "/api/stats", "/api/stats"],
    ["get", "/api/sessions", "/api/sessions"],
    ["get", "/api/sessions", "/api/sessions?state=all"],
    ["get", "/api/sessions", "/api/sessions?limit=x"],
    ["get", "/api/sessions/{user_id}", "/api/sessions/discord_2"],
    ["get", "/api/session/{session_id}", "/api/session/s2"],
    ["get", "/api/session/{session_id}", "/api/session/gone"],
    ["get", "/api/session/{session_id}", "/api/session/nobody"],
    ["post", "/api/sessions", "/api/sessions", '{"user_id":"u","platform":"p","metadata":{"a":1}}'],
    ["post", "/api/sessions", "/api/sessions", '{"user_id":"u","platform":"p"}'],
    ["post", "/api/sessions", "/api/sessions", "{"],
    ["put", "/api/sessions/{session_id}/approval", "/api/sessions/s1/approval", '{"a":1}'],
    ["delete", "/api/sessions/{session_id}/approval", "/api/sessions/s1/approval"],
    ["patch", "/api/sessions/{session_id}/metadata", "/api/sessions/s1/metadata", '{"a":1}'],
    ["delete", "/api/sessions/{session_id}", "/api/sessions/s1"],
    ["delete", "/api/sessions/{session_id}", "/api/sessions/s1"],
  ] as const) {
    const answer = await served.ask(method.toUpperCase(), url, body);
    const schema = paths[path]?.[method]?.responses[String(answer.status)]?.content?.["application/json"]?.schema;
    const payload = { schema, value: JSON.parse(answer.text) as unknown };
    const checked = await checker.inject({ method: "POST", url: "/", payload });
    isAsSaid.set(
      `${method} ${url} ${answer.status}`,
      schema !== undefined && checked.json<{ isValid: boolean }>().isValid,
    );
  }
  expect([...isAsSaid].filter(([, isValid]) => !isValid)).toEqual([]);
  expect(isAsSaid.size).toBe(17);
});

test("the page of the document has no script, and allows none", async () => {
  const { ask } = await serve(FILE);
  const { text, headers } = await ask("GET", "/docs");
  expect(headers["content-security-policy"]).toMatch(
    /^default-src 'none'; style-src 'sha256-[^']+'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'$/,
  );
  expect(text).toContain("<code>PATCH /api/sessions/{session_id}/metadata</code>");
  expect(text).not.toMatch(/<script|\bon\w+=|https?:|src=/i);
});

test("the metrics count sessions, requests, commits, listeners and damaged records", async () => {
  const { ask } = await serve(
    fileOf(row("s1"), row("gone", { idle: 61 }), "torn,record", row("bad", { metadata: "{" })),
  );
  await ask("PATCH", "/api/sessions/s1/metadata", '{"a":1}');
  await ask("GET", "/api/session/nobody");
  await ask("GET", "/made-up/1");
  await ask("GET", "/made-up/2");
  const { text, headers } = await ask("GET", "/metrics");
  expect(headers["content-type"]).toBe("text/plain; version=0.0.4; charset=utf-8");
  const lines = text.split("\n");
  expect(lines).toEqual(
    expect.arrayContaining([
      'sessions{platform="telegram",state="active"} 2',
      'sessions{platform="telegram",state="expired"} 1',
      "sessions_left_out_records 1",
      "sessions_damaged_records 2",
      "sessions_commits_total 1",
      "sessions_event_listeners 0",
      "sessions_http_connections_refused_total 0",
      'sessions_http_request_duration_seconds_count{method="PATCH",route="/api/sessions/:session_id/metadata",status="200"} 1',
      'sessions_http_request_duration_seconds_count{method="GET",route="/api/session/:session_id",status="404"} 1',
      'sessions_http_request_duration_seconds_count{method="GET",route="none",status="404"} 2',
    ]),
  );
  // Each sample is a name, labels and a number; each bucket holds those before it.
  for (const line of lines) expect(line).toMatch(/^(?:# (?:HELP|TYPE) .+|\w+(?:\{[^}]*\})? [\d.e+-]+|)$/);
  const buckets = lines.filter((line) => line.includes('route="none"') && line.includes("_bucket"));
  const counts = buckets.map((line) => Number(line.split(" ").at(-1)));
  expect(counts).toEqual([...counts].sort((left, right) => left - right));
  expect(counts.at(-1)).toBe(2);
});

test("at most 50 platforms have labels of their own in the metrics, those with the most sessions", async () => {
  const platforms = Array.from({ length: 60 }, (_, place) => `p${String(place).padStart(2, "0")}`);
  const rows = platforms.flatMap((platform, place) => [
    row(`s${place}`, { user: `${platform}_1`, pending: place < 55 ? "" : '{"n": 1}' }),
    ...(place === 59 ? [row("twice", { user: `${platform}_2` })] : []),
  ]);
  const { ask } = await serve(fileOf(...rows, row("gone", { user: "zz_1", idle: 61 })));
  const lines = (await ask("GET", "/metrics")).text.split("\n");
  expect(lines.filter((line) => line.startsWith("sessions{"))).toHaveLength(50 * 3);
  expect(lines.filter((line) => line.startsWith("sessions_pending_approvals{"))).toHaveLength(50);
  expect(lines).toEqual(
    expect.arrayContaining([
      'sessions{platform="p59",state="active"} 2',
      'sessions{platform="p48",state="active"} 1',
      'sessions_of_other_platforms{state="active"} 10',
      'sessions_of_other_platforms{state="expired"} 1',
      'sessions_of_other_platforms{state="unknown"} 0',
      "sessions_pending_approvals_of_other_platforms 4",
    ]),
  );
});

test("the statistics are what the command prints", async () => {
  const { ask } = await serve(FILE);
  const { text } = await ask("GET", "/api/stats");
  expect(JSON.parse(text)).toMatchObject({
    total: 3,
    active: 2,
    expired: 1,
    pending: 1,
    by: "platform",
    timeout_seconds: 3600,
    damaged: 0,
    damaged_findings: [],
  });
});

test("records that are whole and cannot be decoded are told beside those that are not whole", async () => {
  const { ask, rewrite } = await serve(fileOf(row("s1")));
  rewrite(fileOf(row("s1"), row("bad", { metadata: "{" }), "torn,record"));
  expect(JSON.parse((await ask("GET", "/api/stats")).text)).toMatchObject({
    total: 2,
    left_out: 1,
    damaged: 2,
    damaged_findings: [{ line: 3 }, { line: 4 }],
  });
  expect(JSON.parse((await ask("GET", "/health")).text)).toMatchObject({
    status: "healthy",
    active_sessions: 1,
    damaged: 2,
  });
});
