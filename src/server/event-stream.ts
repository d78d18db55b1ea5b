// Server-sent events: https://html.spec.whatwg.org/multipage/server-sent-events.html
import type { ServerResponse } from "node:http";
import type { FastifyInstance } from "fastify";
import type { SessionManagerEvents } from "../manager/options.js";
import type { Timer } from "../manager/system-time.js";
import { ClientError } from "./error-answers.js";
import type { ServerOptions } from "./options.js";
import * as schemas from "./schemas.js";
import { removedSessionJson, sessionJson } from "./session-json.js";

const HEARTBEAT_MS = 15_000;
/** Each holds a connection. */
const MOST_LISTENERS = 100;
/** Who is behind by more than this is let go; it comes again and reads the list. */
const MOST_UNREAD_BYTES = 4 * 1024 * 1024;

/** Whoever listens to what happens to the sessions. */
export class EventStreams {
  readonly #options: Pick<ServerOptions, "manager" | "time">;
  readonly #streams = new Set<ServerResponse>();
  #lastId = 0;
  #stopTelling: (() => void) | undefined;
  #heartbeat: Timer | undefined;

  constructor(options: Pick<ServerOptions, "manager" | "time">) {
    this.#options = options;
  }

  get count(): number {
    return this.#streams.size;
  }

  register(app: FastifyInstance): void {
    app.get(
      "/api/events",
      {
        exposeHeadRoute: false,
        schema: {
          summary:
            "Server-sent events created, changed and removed, those of other programs too. Nothing is sent again: read the list after each connection",
          response: {
            ...schemas.answers({ 200: schemas.text("text/event-stream"), 429: schemas.TOO_MANY }),
          },
        },
      },
      (_request, reply) => {
        if (this.#streams.size >= MOST_LISTENERS) {
          const detail = `There are ${MOST_LISTENERS} listeners already; close one, or ask for /api/sessions now and then`;
          throw new ClientError(429, "TOO_MANY_LISTENERS", detail, { "retry-after": "30" });
        }
        for (const [name, value] of Object.entries(reply.getHeaders()))
          if (value !== undefined) reply.raw.setHeader(name, value);
        reply.hijack();
        this.#add(reply.raw);
      },
    );
  }

  /** Ends all of them. */
  end(): void {
    for (const stream of this.#streams) stream.end();
  }

  #add(stream: ServerResponse): void {
    stream.on("close", () => this.#remove(stream));
    // Whoever goes away in the midst of an event is no fault.
    stream.on("error", () => stream.destroy());
    this.#streams.add(stream);
    if (this.#streams.size === 1) this.#begin();
    stream.writeHead(200, {
      "content-type": "text/event-stream; charset=utf-8",
      "x-accel-buffering": "no",
      connection: "close",
    });
    stream.write("retry: 2000\n: sessions\n\n");
  }

  #remove(stream: ServerResponse): void {
    this.#streams.delete(stream);
    if (this.#streams.size > 0) return;
    this.#heartbeat?.cancel();
    this.#stopTelling?.();
  }

  #begin(): void {
    const { events } = this.#options.manager;
    const tell = <Name extends "created" | "changed" | "removed">(
      name: Name,
      toJson: (session: SessionManagerEvents[Name][0]) => string,
    ): (() => void) => {
      const listener = (session: SessionManagerEvents[Name][0]): void => {
        this.#lastId += 1;
        this.#send(`id: ${this.#lastId}\nevent: ${name}\ndata: ${toJson(session)}\n\n`);
      };
      events.on(name, listener as never);
      return () => void events.off(name, listener as never);
    };
    const stops = [tell("created", sessionJson), tell("changed", sessionJson), tell("removed", removedSessionJson)];
    this.#stopTelling = () => {
      for (const stop of stops) stop();
    };
    this.#planHeartbeat();
  }

  #planHeartbeat(): void {
    this.#heartbeat = this.#options.time.after(HEARTBEAT_MS, () => {
      this.#send(": still here\n\n");
      this.#planHeartbeat();
    });
  }

  #send(text: string): void {
    for (const stream of this.#streams) {
      if (stream.writableLength > MOST_UNREAD_BYTES) stream.destroy();
      else stream.write(text);
    }
  }
}
