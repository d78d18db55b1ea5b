import type { FastifyInstance } from "fastify";
import { SessionsError } from "../errors.js";
import { dumpsJson } from "../session/json-dumps.js";
import { formatTimestamp } from "../session/timestamp.js";
import { sendJson } from "./answer.js";
import { storeTrouble } from "./error-answers.js";
import type { ServerOptions } from "./options.js";
import * as schemas from "./schemas.js";

function detailOf(trouble: unknown): string {
  return trouble instanceof SessionsError
    ? storeTrouble(trouble)
    : "The server has met an error of its own; see its output";
}

/** How the server and the file are. */
export function registerStatusRoutes(app: FastifyInstance, { manager, stats, time }: ServerOptions): void {
  app.get(
    "/health",
    {
      config: { isPublic: true },
      schema: {
        summary: "Whether the file can be read and written; 503 where it cannot",
        response: { 200: schemas.HEALTH, 503: schemas.HEALTH },
      },
    },
    async (_request, reply) => {
      const trouble = manager.findTrouble();
      const detail = trouble === undefined ? undefined : detailOf(trouble);
      const { sessions, expired, damaged } = manager.contents;
      const body = dumpsJson({
        status: detail === undefined ? "healthy" : "unhealthy",
        timestamp: formatTimestamp(time.now()),
        active_sessions: sessions - expired,
        damaged: damaged.count === 0 ? undefined : damaged.count,
        detail,
      });
      return sendJson(reply, body, detail === undefined ? 200 : 503);
    },
  );

  app.get(
    "/api/stats",
    {
      schema: {
        summary: "What `sessions stats --json` prints of the file, and what of it this server cannot decode",
        response: schemas.answers({ 200: schemas.STATS }),
      },
    },
    async (_request, reply) => sendJson(reply, await stats.json(manager.contents.damaged)),
  );
}
