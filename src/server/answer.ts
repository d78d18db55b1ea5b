import type { FastifyReply } from "fastify";

/** Answers with JSON that is a text already. */
export function sendJson(reply: FastifyReply, text: string, status = 200): FastifyReply {
  return reply.code(status).type("application/json; charset=utf-8").send(text);
}
