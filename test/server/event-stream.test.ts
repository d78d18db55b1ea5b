import { request } from "node:http";
import { writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { fileOf, row } from "../manager/managing.js";
import { listen, serve } from "./serving.js";

const FILE = fileOf(row("s1", { metadata: '{"n":\n12345678901234567890}' }));
const S1 =
  '{"session_id": "s1", "user_id": "telegram_1", "platform": "telegram", "thread_id": "t-s1", "created_at": "2025-09-30T08:00:00", "last_activity": "2025-09-30T10:00:00.000001", "has_pending_approval": true, "metadata": {"n": 12345678901234567890}}';

test("what is made, changed and removed is told, with ids that count up", async () => {
  const { ask, port } = await serve(FILE);
  const { lines } = listen(port);
  await expect.poll(lines).toContain(": sessions");
  await ask("PUT", "/api/sessions/s1/approval", "{}");
  await ask("DELETE", "/api/sessions/s1");
  const made = await ask("POST", "/api/sessions", '{"user_id":"u","platform":"api"}');
  await expect.poll(lines).toContain("id: 3");
  expect(lines()).toEqual([
    "retry: 2000",
    ": sessions",
    "",
    ...["id: 1", "event: changed", `data: ${S1}`, ""],
    ...["id: 2", "event: removed", 'data: {"session_id": "s1", "user_id": "telegram_1", "platform": "telegram"}', ""],
    ...["id: 3", "event: created", `data: ${made.text}`, ""],
    "",
  ]);
});

test("what another program writes is told within a second, without a request", async () => {
  const { port, file, time } = await serve(FILE);
  const { lines } = listen(port);
  await expect.poll(lines).toContain(": sessions");
  writeFileSync(file, fileOf(row("s2")));
  time.advance(1000);
  await expect
    .poll(() =>
      lines()
        .filter((line) => line.startsWith("event: "))
        .sort(),
    )
    .toEqual(["event: created", "event: removed"]);
});

test("a heartbeat comes every 15 seconds", async () => {
  const { port, time } = await serve(FILE);
  const { lines } = listen(port);
  await expect.poll(lines).toContain(": sessions");
  time.advance(14_999);
  expect(lines()).not.toContain(": still here");
  time.advance(30_001);
  await expect.poll(() => lines().filter((line) => line === ": still here").length).toBe(3);
});

test("when the last listener has gone, nothing is watched", async () => {
  const { port, time, manager } = await serve(FILE);
  const outgoing = request({ host: "127.0.0.1", port, path: "/api/events", agent: false });
  const response = new Promise((resolve) => outgoing.on("response", resolve));
  outgoing.end();
  await response;
  expect(time.timerCount).toBe(2);
  outgoing.destroy();
  await expect.poll(() => time.timerCount).toBe(0);
  expect(manager.events.listenerCount("changed")).toBe(0);
});

test("at most 100 listen", async () => {
  const { ask, port } = await serve(FILE);
  const streams = Array.from({ length: 100 }, () => listen(port));
  for (const { lines } of streams) await expect.poll(lines).toContain(": sessions");
  const refused = await ask("GET", "/api/events");
  expect([refused.status, refused.headers["retry-after"]]).toEqual([429, "30"]);
  expect((await ask("GET", "/metrics")).text).toContain("\nsessions_event_listeners 100\n");
});

test("the stream goes to a page of an origin that is named, and is not kept", async () => {
  const { port } = await serve(FILE, { corsOrigins: ["https://admin.example"] });
  const headers = await new Promise((resolve) => {
    const outgoing = request({
      port,
      path: "/api/events",
      agent: false,
      headers: { origin: "https://admin.example", host: "localhost" },
    });
    outgoing.on("response", (response) => {
      resolve(response.headers);
      outgoing.destroy();
    });
    outgoing.end();
  });
  expect(headers).toMatchObject({
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-store",
    "access-control-allow-origin": "https://admin.example",
  });
});

test("a listener that reads nothing is let go, and keeps nobody waiting", async () => {
  const { ask, port } = await serve(fileOf(row("s1")));
  const slow = request({ host: "127.0.0.1", port, path: "/api/events", agent: false });
  slow.on("response", (response) => response.pause());
  slow.on("error", () => undefined);
  slow.end();
  await expect.poll(async () => (await ask("GET", "/metrics")).text).toContain("sessions_event_listeners 1\n");
  for (let n = 0; n < 40; n += 1) {
    await ask("PATCH", "/api/sessions/s1/metadata", JSON.stringify({ a: "x".repeat(900_000 + n) }));
  }
  await expect.poll(async () => (await ask("GET", "/metrics")).text).toContain("sessions_event_listeners 0\n");
  slow.destroy();
});
