import { createHash } from "node:crypto";
import type { FastifyInstance } from "fastify";
import { PAGE_ASSETS } from "./page/assets.generated.js";

/** Nothing but its own script, style, icon and interface: text from the file that should get into the page as markup can do nothing. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join("; ");

const HEADERS = {
  "content-security-policy": CONTENT_SECURITY_POLICY,
  "cross-origin-opener-policy": "same-origin",
  // Kept, and asked for at each use, so that another version of the server has its own page.
  "cache-control": "no-cache",
} as const;

/** The page at `/`, with its script, style and icon; without a token, because they hold nothing of the file. */
export function registerPage(app: FastifyInstance): void {
  for (const { path, type, text } of PAGE_ASSETS) {
    const etag = `"${createHash("sha256").update(text).digest("base64url")}"`;
    app.get(path, { config: { isPublic: true }, schema: { hide: true } }, async (request, reply) => {
      reply.headers({ ...HEADERS, etag });
      if (namesTag(request.headers["if-none-match"], etag)) return reply.code(304).send();
      return reply.type(type).send(text);
    });
  }
}

/** RFC 9110 §13.1.2: weakly compared. */
function namesTag(ifNoneMatch: string | undefined, etag: string): boolean {
  const tags = ifNoneMatch?.split(",").map((tag) => tag.trim().replace(/^W\//, "")) ?? [];
  return tags.includes(etag) || tags.includes("*");
}
