import { createHash, timingSafeEqual } from "node:crypto";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { ClientError } from "./error-answers.js";
import type { ServerOptions } from "./options.js";

type AccessOptions = Pick<ServerOptions, "token" | "corsOrigins">;

/**
 * Who may ask. Without a token, programs on this machine and pages of this server: a page from elsewhere that
 * was given our address (DNS rebinding) names another host. With one, whoever sends it.
 */
export function guardAccess(app: FastifyInstance, options: AccessOptions): void {
  const { token, corsOrigins } = options;
  const expected = token === undefined ? undefined : digest(token);
  app.addHook("onRequest", async (request, reply) => {
    requirePath(request);
    requireOneHost(request);
    if (expected === undefined) requireLoopbackHost(request);
    const isNamed = corsOrigins.includes(request.headers.origin ?? "");
    if (isNamed) allowOrigin(reply, request.headers.origin ?? "");
    if (isNamed && isPreflight(request)) return answerPreflight(reply);
    if (!isNamed && CHANGING.has(request.method)) requireOwnOrigin(request);
    if (expected !== undefined && request.routeOptions.config.isPublic !== true) requireToken(request, expected);
    return undefined;
  });
}

/** Names and addresses that lead to this machine only. */
export function isLoopback(host: string): boolean {
  const name = host.replace(/^\[(.*)\]$/, "$1").toLowerCase();
  // With its dot at the end a name is complete, and means the same.
  return /^localhost\.?$/.test(name) || name === "::1" || /^127(?:\.\d{1,3}){3}$/.test(name);
}

const CHANGING: ReadonlySet<string> = new Set(["POST", "PUT", "PATCH", "DELETE"]);

/** RFC 9112 §3.2: `*` and whole URLs are for proxies, and would have a host of their own. */
function requirePath({ raw: { url = "" } }: FastifyRequest): void {
  if (url.startsWith("/")) return;
  throw new ClientError(400, "BAD_TARGET", "The request names no path of this server; begin what is asked for with /");
}

function requireOneHost({ raw, headers }: FastifyRequest): void {
  const hosts = raw.rawHeaders.filter((name, place) => place % 2 === 0 && name.toLowerCase() === "host");
  if (hosts.length === 1 && hostOf(headers.host ?? "") !== undefined) return;
  throw new ClientError(400, "BAD_HOST", "The request does not name one host; send one Host header");
}

function requireLoopbackHost({ headers }: FastifyRequest): void {
  const host = hostOf(headers.host ?? "");
  if (host !== undefined && isLoopback(host.hostname)) return;
  throw new ClientError(
    403,
    "WRONG_HOST",
    "The Host header names no loopback host, as a page from elsewhere would; ask http://localhost, or start the server with --token-file",
  );
}

/** Browsers name the origin of the page in what changes something. */
function requireOwnOrigin({ headers }: FastifyRequest): void {
  const { origin, host = "" } = headers;
  if (origin === undefined) return;
  const own = hostOf(host);
  const theirs = URL.canParse(origin) ? new URL(origin) : undefined;
  const isWeb = theirs?.protocol === "http:" || theirs?.protocol === "https:";
  // Behind a proxy with TLS our own pages have https in their origin.
  if (isWeb && own !== undefined && theirs.host === own.host) return;
  throw new ClientError(
    403,
    "WRONG_ORIGIN",
    "Pages of this origin may not change sessions; start the server with --cors-origin to allow it",
  );
}

function requireToken({ headers }: FastifyRequest, expected: Buffer): void {
  const [, given] = /^Bearer +(\S+) *$/i.exec(headers.authorization ?? "") ?? [];
  // Digests have one length, so that nothing is told by the time that it takes.
  if (given !== undefined && timingSafeEqual(digest(given), expected)) return;
  const challenge = `Bearer realm="sessions"${given === undefined ? "" : ', error="invalid_token"'}`;
  const what = given === undefined ? "The bearer token is missing" : "The bearer token is wrong";
  throw new ClientError(401, "UNAUTHORIZED", `${what}; send Authorization: Bearer <the token of --token-file>`, {
    "www-authenticate": challenge,
  });
}

function isPreflight({ method, headers }: FastifyRequest): boolean {
  return method === "OPTIONS" && headers["access-control-request-method"] !== undefined;
}

function allowOrigin(reply: FastifyReply, origin: string): void {
  reply.header("access-control-allow-origin", origin).header("vary", "Origin");
}

async function answerPreflight(reply: FastifyReply): Promise<FastifyReply> {
  return reply
    .code(204)
    .header("access-control-allow-methods", "GET, HEAD, POST, PUT, PATCH, DELETE")
    .header("access-control-allow-headers", "authorization, content-type")
    .header("access-control-max-age", "600")
    .send();
}

/** The host that a Host header names; undefined where it is none. */
function hostOf(header: string): URL | undefined {
  if (!/^[^\s/?#@\\]+$/.test(header)) return undefined;
  return URL.canParse(`http://${header}`) ? new URL(`http://${header}`) : undefined;
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
