// A server on a file in a folder of its own, on a free port of this machine, and what it answers to literal requests.
import { request, type IncomingHttpHeaders, type OutgoingHttpHeaders } from "node:http";
import { connect } from "node:net";
import path from "node:path";
import { onTestFinished } from "vitest";
import { renderPrometheus } from "../../src/cli/render/prometheus.js";
import { statsJson } from "../../src/cli/render/stats-rows.js";
import { SYSTEM_TIME } from "../../src/manager/system-time.js";
import type { SessionManagerOptions } from "../../src/manager/options.js";
import type { ServerOptions, StatsSource } from "../../src/server/options.js";
import { startServer, type RunningServer } from "../../src/server/running-server.js";
import { CsvStore } from "../../src/store/csv-store.js";
import { manage, type Managed } from "../manager/managing.js";
import { HOLDER } from "../storage/folder.js";

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

export interface Served extends Managed {
  readonly server: RunningServer;
  readonly port: number;
  /** What was a bug of ours; a test that leaves one here fails. */
  readonly bugs: unknown[];
  /** What the operator was told of. */
  readonly troubles: string[];
  readonly ask: (
    method: string,
    path: string,
    body?: string | Buffer,
    headers?: OutgoingHttpHeaders,
  ) => Promise<Answer>;
  /** Sends bytes as they are; all that came back when the connection ended, or after half a second without a word. */
  readonly send: (bytes: string | Buffer) => Promise<string>;
}

type Settings = Partial<Pick<ServerOptions, "token" | "corsOrigins" | "time">> & {
  readonly manager?: Partial<SessionManagerOptions>;
};

export async function serve(text: string | undefined, settings: Settings = {}): Promise<Served> {
  const managed = await manage(text, settings.manager);
  const { manager, file, time } = managed;
  const bugs: unknown[] = [];
  const troubles: string[] = [];
  const store = CsvStore.atPath(path.resolve(file), { lock: { waitMs: 0, holder: HOLDER } });
  const retention = () => ({ now: time.now(), timeoutSeconds: 3600 });
  const read = () => store.stats({ selection: [], retention: retention(), grouping: { field: "platform" } });
  const stats: StatsSource = {
    json: async (damaged) => statsJson(await read(), "platform", "sessions.csv", retention(), Infinity, damaged),
    prometheus: async (mostPlatforms) => renderPrometheus(await read(), "platform", mostPlatforms, true),
  };
  const { token, corsOrigins = [] } = settings;
  const options: ServerOptions = {
    manager,
    stats,
    time: settings.time ?? time,
    corsOrigins,
    onBug: (error) => bugs.push(error),
    onTrouble: ({ code }) => troubles.push(code),
    ...(token === undefined ? {} : { token }),
  };
  const server = await startServer(options, { host: "127.0.0.1", port: 0 });
  onTestFinished(async () => {
    const stopped = server.stop(0);
    time.advance(1);
    await stopped;
    if (bugs.length > 0) throw bugs[0];
  });
  const port = Number(new URL(server.url).port);
  return {
    ...managed,
    server,
    port,
    bugs,
    troubles,
    ask: (method, url, body, headers) => ask(port, method, url, body, headers),
    send: (bytes) => send(port, bytes),
  };
}

/** For what waits in real time. */
export const REAL_TIME = SYSTEM_TIME;

/** One request on a connection of its own; a body is JSON unless the headers say otherwise. */
export function ask(
  port: number,
  method: string,
  url: string,
  body?: string | Buffer,
  headers: OutgoingHttpHeaders = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request({
      host: "127.0.0.1",
      port,
      method,
      path: url,
      agent: false,
      headers: {
        ...(body === undefined
          ? {}
          : { "content-type": "application/json", "content-length": Buffer.byteLength(body) }),
        ...headers,
      },
    });
    outgoing.on("error", reject);
    outgoing.on("response", (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => {
        const { statusCode: status = 0 } = response;
        resolve({ status, headers: response.headers, text: Buffer.concat(chunks).toString("utf8") });
      });
    });
    outgoing.end(body);
  });
}

const SILENCE_MS = 500;

function send(port: number, bytes: string | Buffer): Promise<string> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    const socket = connect(port, "127.0.0.1", () => socket.write(bytes));
    socket.setTimeout(SILENCE_MS, () => socket.destroy());
    socket.on("data", (chunk) => chunks.push(chunk));
    // What was sent beyond what the server reads is reset.
    socket.on("error", () => undefined);
    socket.on("close", () => resolve(Buffer.concat(chunks).toString("latin1")));
  });
}

/** A client of server-sent events: the lines that came so far. */
export function listen(
  port: number,
  headers: OutgoingHttpHeaders = {},
): { readonly lines: () => string[]; readonly ended: Promise<void> } {
  let text = "";
  const ended = new Promise<void>((resolve) => {
    const outgoing = request({ host: "127.0.0.1", port, path: "/api/events", agent: false, headers });
    outgoing.on("response", (response) => {
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => (text += chunk));
      response.on("error", () => resolve());
      response.on("end", () => resolve());
    });
    outgoing.on("error", () => resolve());
    outgoing.end();
    onTestFinished(() => void outgoing.destroy());
  });
  return { lines: () => text.split("\n"), ended };
}
