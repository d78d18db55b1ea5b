// Clients that only take connections keep nobody else out for good, and no commit from its file descriptors.
import { once } from "node:events";
import { Agent, get } from "node:http";
import { connect, type Socket } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { fileOf, row } from "../manager/managing.js";
import { REAL_TIME, serve } from "./serving.js";

const MOST_CONNECTIONS = 512;

/** Connections that say nothing; which of them are open still. */
function takeConnections(port: number, count: number): Socket[] {
  const sockets = Array.from({ length: count }, () => connect(port, "127.0.0.1").on("error", () => undefined));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
  });
  return sockets;
}

function statusOf(port: number, path: string, agent: Agent): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    get({ host: "127.0.0.1", port, path, agent }, (response) =>
      response.resume().on("end", () => resolve(response.statusCode)),
    ).on("error", reject);
  });
}

test("512 connections are taken, those who are there are answered, and others when some have gone", async () => {
  const { ask, port } = await serve(fileOf(row("s1")), { time: REAL_TIME });
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  onTestFinished(() => agent.destroy());
  expect(await statusOf(port, "/health", agent)).toBe(200);
  const sockets = takeConnections(port, MOST_CONNECTIONS + 88);
  const open = (): number => sockets.filter(({ closed }) => !closed).length;
  await expect.poll(open, { timeout: 10_000 }).toBe(MOST_CONNECTIONS - 1);
  expect(await statusOf(port, "/api/session/s1", agent)).toBe(200);
  await expect(ask("GET", "/health")).rejects.toMatchObject({
    code: expect.stringMatching(/ECONNRESET|EPIPE/) as string,
  });
  for (const socket of sockets) socket.destroy();
  await expect.poll(() => ask("DELETE", "/api/sessions/s1").then(({ status }) => status, String)).toBe(200);
  const { text } = await ask("GET", "/metrics");
  expect(text).toContain("sessions_http_connections_refused_total");
  expect(text).not.toContain("sessions_http_connections_refused_total 0");
});

test("a request that does not come to its end is refused after 30 s, before its head is whole and after", async () => {
  const { port } = await serve(fileOf(row("s1")), { time: REAL_TIME });
  const halves = [
    "GET /health HTTP/1.1\r\nHost: local",
    'POST /api/sessions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{"user',
  ];
  const since = performance.now();
  const answers = await Promise.all(
    takeConnections(port, halves.length).map(async (socket, n) => {
      socket.setEncoding("utf8").write(halves[n] ?? "");
      let text = "";
      for await (const more of socket) text += String(more);
      return text;
    }),
  );
  expect(performance.now() - since).toBeGreaterThan(29_000);
  for (const text of answers) {
    expect(text).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n/);
    expect(JSON.parse(text.split("\r\n\r\n")[1] ?? "")).toMatchObject({ code: "REQUEST_TIMEOUT" });
  }
}, 60_000);

test("a connection may be used again for 72 s, which the answer says", async () => {
  const { ask } = await serve(fileOf(row("s1")));
  expect((await ask("GET", "/health", undefined, { connection: "keep-alive" })).headers["keep-alive"]).toBe(
    "timeout=72",
  );
});

test("of the requests that one connection sends without reading the answers eight are done, the others refused", async () => {
  const { port } = await serve(fileOf(row("s1")), { time: REAL_TIME });
  const [socket] = takeConnections(port, 1);
  if (socket === undefined) throw new Error("there is no connection");
  let text = "";
  socket.setEncoding("utf8").on("data", (more: string) => (text += more));
  socket.write("GET /api/sessions?state=all HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(30));
  const answered = (status: number): number => text.split(`HTTP/1.1 ${status} `).length - 1;
  await expect.poll(() => answered(200) + answered(429), { timeout: 10_000 }).toBe(30);
  expect(answered(200)).toBe(8);
  expect(text).toContain("More than 8 requests of this connection are under way; read the answers, then ask again");
  // Those that are over do not count.
  socket.write("GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n");
  await expect.poll(() => answered(200), { timeout: 10_000 }).toBe(9);
});

test.each([
  ["eight clients", 8, 1],
  ["one client that asks eight times", 1, 8],
])(
  "lists are refused while half a million sessions wait to be read by %s, until they go",
  async (_, clients, lists) => {
    const { ask, port } = await serve(fileOf(...Array.from({ length: 70_000 }, (_, n) => row(`s${n}`))), {
      time: REAL_TIME,
    });
    const list = "/api/sessions?state=all";
    const sockets = takeConnections(port, clients);
    for (const socket of sockets) {
      socket.pause();
      socket.write(`GET ${list} HTTP/1.1\r\nHost: localhost\r\n\r\n`.repeat(lists));
    }
    await expect.poll(() => ask("GET", `${list}&limit=1`).then(({ status }) => status), { timeout: 20_000 }).toBe(503);
    expect((await ask("GET", "/api/session/s1")).status).toBe(200);
    for (const socket of sockets) socket.destroy();
    await expect.poll(() => ask("GET", `${list}&limit=1`).then(({ status }) => status), { timeout: 10_000 }).toBe(200);
    // Nothing of them is counted any more: there is room for nearly as much again.
    const [again] = takeConnections(port, 1);
    again?.write(`GET ${list} HTTP/1.1\r\nHost: localhost\r\n\r\n`.repeat(7));
    if (again !== undefined) await once(again, "readable");
    expect((await ask("GET", `${list}&limit=1`)).status).toBe(200);
  },
);
