import { createHash } from "node:crypto";
import type { FastifyInstance } from "fastify";
import { renderApiPage, API_PAGE_STYLE } from "./api-page.js";

/** What the OpenAPI document says of itself; the routes add what they are. */
export const API_INFO = {
  openapi: "3.1.0",
  info: {
    title: "sessions",
    version: "1",
    description:
      "The sessions of a chat-bot backend's sessions.csv. What is answered is on the disk; last activities that a request moved follow within a second.",
  },
  components: { securitySchemes: { token: { type: "http" as const, scheme: "bearer" } } },
  security: [{}, { token: [] }],
};

/** The OpenAPI document, and a page of it for people that needs no script; without a token, because they hold nothing of the file. */
export function registerApiDocument(app: FastifyInstance): void {
  app.get("/openapi.json", { config: { isPublic: true }, schema: { hide: true } }, async (_request, reply) =>
    reply.type("application/json; charset=utf-8").send(JSON.stringify(app.swagger(), undefined, 2)),
  );
  const style = createHash("sha256").update(API_PAGE_STYLE).digest("base64");
  const policy = `default-src 'none'; style-src 'sha256-${style}'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;
  app.get("/docs", { config: { isPublic: true }, schema: { hide: true } }, async (_request, reply) =>
    reply.header("content-security-policy", policy).type("text/html; charset=utf-8").send(renderApiPage(app.swagger())),
  );
}
