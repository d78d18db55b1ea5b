import { Readable } from "node:stream";
import type { FastifyReply } from "fastify";

/** Answers with JSON that is a text already. */
export function sendJson(reply: FastifyReply, text: string, status = 200): FastifyReply {
  return reply.code(status).type("application/json; charset=utf-8").send(text);
}

/** The same piece by piece, each made when the client has taken those before: a long answer keeps nobody else waiting. */
export function sendJsonPieces(reply: FastifyReply, pieces: Iterable<string>): FastifyReply {
  return reply.type("application/json; charset=utf-8").send(Readable.from(pieces, { objectMode: false }));
}
