import type { Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { SessionsError, systemErrorCode } from "../errors.js";
import { createApp } from "./app.js";
import type { ServerOptions } from "./options.js";

export interface ListenOptions {
  /** A name or an address. */
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
}

/** A server that listens. */
export interface RunningServer {
  /** With the real port. */
  readonly url: string;
  /**
   * Takes no more connections, ends the event streams, and resolves when the requests that came before are answered; whatever
   * is not answered after `patienceMs` is cut off.
   */
  stop(patienceMs: number): Promise<void>;
}

/** @throws SessionsError IO_FAILED where it cannot listen there; USAGE where the host is none */
export async function startServer(
  options: ServerOptions,
  { host: given, port }: ListenOptions,
): Promise<RunningServer> {
  // As URLs have IPv6 addresses.
  const host = given.replace(/^\[(.*)\]$/, "$1");
  const { app, streams, endConnections } = await createApp(options);
  await app.ready();
  const { server } = app;
  // Those too that have left HTTP, which Node does not count any more.
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  await listen(server, host, port);
  return {
    url: urlOf(server.address() as AddressInfo, host),
    stop: async (patienceMs) => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      endConnections();
      streams.end();
      server.closeIdleConnections();
      const cut = options.time.after(patienceMs, () => {
        for (const socket of sockets) socket.destroy();
      });
      await closed;
      cut.cancel();
      await app.close();
    },
  };
}

async function listen(server: Server, host: string, port: number): Promise<void> {
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen({ host, port }, () => {
        server.off("error", reject);
        resolve();
      });
    });
  } catch (error) {
    throw listenFailure(error, host, port);
  }
}

function listenFailure(error: unknown, host: string, port: number): SessionsError {
  const path = `${host}:${port}`;
  const because = (reason: string, hint: string): SessionsError =>
    new SessionsError("IO_FAILED", { operation: "listen on", path, reason, hint, cause: error });
  switch (systemErrorCode(error) ?? "") {
    case "EADDRINUSE":
      return because("another program listens there", "Name another port with --port, or 0 for any that is free");
    case "EACCES":
      return because("permission was refused", "Name a port above 1023 with --port");
    case "EADDRNOTAVAIL":
      return because("this machine does not have that address", "Name one of this machine with --host");
    case "ENOTFOUND":
    case "EAI_AGAIN":
    case "EINVAL":
      return new SessionsError("USAGE", {
        reason: `--host: there is no host "${host}"`,
        hint: "name an address of this machine, such as 127.0.0.1",
      });
    default:
      return new SessionsError("IO_FAILED", { operation: "listen on", path, cause: error });
  }
}

/** Under the name that was asked for, as far as a client can use it. */
function urlOf({ port, family, address }: AddressInfo, host: string): string {
  const isAny = address === "::" || address === "0.0.0.0";
  const name = isAny || host === "" ? address : host;
  return `http://${family === "IPv6" && name.includes(":") ? `[${name}]` : name}:${port}`;
}
