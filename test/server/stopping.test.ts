// What a server that is stopped still answers, and what it does not wait for.
import { Agent, request } from "node:http";
import { connect } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { acquireLock } from "../../src/storage/lock.js";
import { startServer } from "../../src/server/running-server.js";
import { fileOf, row } from "../manager/managing.js";
import { failureOf, HOLDER } from "../storage/folder.js";
import { listen, REAL_TIME, serve } from "./serving.js";

const FILE = fileOf(row("s1"));

test("idle connections and event streams do not hold it up", async () => {
  const { port, server } = await serve(FILE, { time: REAL_TIME });
  const agent = new Agent({ keepAlive: true });
  onTestFinished(() => agent.destroy());
  await new Promise<void>((resolve) => {
    request({ host: "127.0.0.1", port, path: "/health", agent }, (response) =>
      response.resume().on("end", resolve),
    ).end();
  });
  const { lines, ended } = listen(port);
  await expect.poll(lines).toContain(": sessions");
  const start = performance.now();
  await server.stop(5000);
  expect(performance.now() - start).toBeLessThan(1000);
  await ended;
});

test("a request that waits is answered before it stops, on a connection that ends; no other one is taken", async () => {
  const { ask, file, server, port, text } = await serve(FILE, { time: REAL_TIME });
  const lock = await acquireLock(file, { waitMs: 0, holder: HOLDER });
  const waiting = ask("PATCH", "/api/sessions/s1/metadata", '{"a":1}', {
    connection: "keep-alive",
    "content-type": "application/json",
    "content-length": 7,
  });
  await new Promise((resolve) => setTimeout(resolve, 100));
  const stopped = server.stop(5000);
  const refused = await new Promise((resolve) =>
    connect(port, "127.0.0.1")
      .on("error", resolve)
      .on("connect", () => resolve("taken")),
  );
  expect(refused).toMatchObject({ code: "ECONNREFUSED" });
  lock.release();
  const answer = await waiting;
  await stopped;
  expect([answer.status, answer.headers.connection]).toEqual([200, "close"]);
  expect(text()).toContain('"{""a"": 1}"');
});

test("a request that does not end is cut off when patience ends", async () => {
  const { server, port } = await serve(FILE, { time: REAL_TIME });
  const socket = connect(port, "127.0.0.1");
  const closed = new Promise((resolve) => socket.on("close", resolve));
  socket.on("error", () => undefined);
  socket.write(
    "POST /api/sessions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{",
  );
  await new Promise((resolve) => setTimeout(resolve, 100));
  const start = performance.now();
  await server.stop(300);
  expect(performance.now() - start).toBeLessThan(2000);
  await closed;
});

test("a port that is taken, a host that is none and an address of another machine are named", async () => {
  const { port, manager, time } = await serve(FILE);
  const options = {
    manager,
    time,
    stats: { json: async () => "", prometheus: async () => "" },
    corsOrigins: [],
    onBug: () => undefined,
    onTrouble: () => undefined,
  };
  const failure = async (host: string, at: number) =>
    (await failureOf(() => startServer(options, { host, port: at }))).details;
  expect(await failure("127.0.0.1", port)).toMatchObject({
    operation: "listen on",
    path: `127.0.0.1:${port}`,
    reason: "another program listens there",
  });
  expect(await failure("192.0.2.1", 0)).toMatchObject({ reason: "this machine does not have that address" });
  expect(await failure("no-such-host.invalid", 0)).toMatchObject({
    reason: '--host: there is no host "no-such-host.invalid"',
  });
});
