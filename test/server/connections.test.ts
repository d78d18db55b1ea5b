// Clients that only take connections keep nobody else out for good, and no commit from its file descriptors.
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
