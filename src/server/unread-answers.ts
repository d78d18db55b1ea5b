// What clients ask for and do not read stays in memory: here it is bounded.
import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { FastifyInstance, FastifyReply } from "fastify";
import { ClientError } from "./error-answers.js";

/** Requests of one connection that are under way at once. Clients wait for an answer before they send the next one, nearly all of them. */
const MOST_PER_CONNECTION = 8;
/** Sessions in answers that are under way; each takes about 400 bytes. One answer may go beyond it. */
const MOST_SESSIONS = 500_000;

/** A request that is under way. */
interface Pending {
  readonly socket: Socket;
  /** In its answer. */
  sessions: number;
}

export class UnreadAnswers {
  readonly #bySocket = new WeakMap<Socket, Set<Pending>>();
  readonly #byResponse = new WeakMap<ServerResponse, Pending>();
  #sessions = 0;

  /** Refuses a connection's requests while too many of them are under way. */
  register(app: FastifyInstance): void {
    app.addHook("onRequest", async ({ raw: { socket } }, { raw }) => {
      const pending = { socket, sessions: 0 };
      this.#byResponse.set(raw, pending);
      const count = this.#of(socket).add(pending).size;
      raw.once("close", () => this.#end(pending));
      if (count > MOST_PER_CONNECTION) {
        throw tooMany(`More than ${MOST_PER_CONNECTION} requests of this connection are under way`, 429);
      }
    });
  }

  /** @throws ClientError where clients are slow to read what they asked for */
  requireRoom(): void {
    if (this.#sessions >= MOST_SESSIONS) throw tooMany("Answers to others are being read still", 503);
  }

  /** So many sessions stay in memory until an answer is read. */
  hold({ raw }: FastifyReply, sessions: number): void {
    const pending = this.#byResponse.get(raw);
    if (pending === undefined || !this.#of(pending.socket).has(pending)) return;
    pending.sessions += sessions;
    this.#sessions += sessions;
  }

  #of(socket: Socket): Set<Pending> {
    const known = this.#bySocket.get(socket);
    if (known !== undefined) return known;
    const all = new Set<Pending>();
    this.#bySocket.set(socket, all);
    // An answer whose turn has not come does not learn that its connection is gone.
    socket.once("close", () => all.forEach((pending) => this.#end(pending)));
    return all;
  }

  #end(pending: Pending): void {
    if (this.#of(pending.socket).delete(pending)) this.#sessions -= pending.sessions;
  }
}

function tooMany(what: string, status: number): ClientError {
  return new ClientError(status, "TOO_MANY_REQUESTS", `${what}; read the answers, then ask again`, {
    "retry-after": "1",
  });
}
