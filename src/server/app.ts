import swagger from "@fastify/swagger";
import fastify, { type FastifyInstance, type HTTPMethods } from "fastify";
import { guardAccess } from "./access.js";
import { API_INFO, registerApiDocument } from "./api-document.js";
import {
  answerBrokenConnection,
  answerErrors,
  answerFrameworkError,
  answerOtherRequests,
  ClientError,
} from "./error-answers.js";
import { EventStreams } from "./event-stream.js";
import { acceptJsonBodies } from "./json-body.js";
import { registerMetrics } from "./metrics.js";
import type { ServerOptions } from "./options.js";
import { registerPage } from "./page-routes.js";
import { registerChangingRoutes, registerReadingRoutes } from "./session-routes.js";
import { registerStatusRoutes } from "./status-routes.js";
import { UnreadAnswers } from "./unread-answers.js";

export interface ServerApp {
  readonly app: FastifyInstance;
  readonly streams: EventStreams;
  /** From here on each answer is the last one of its connection. */
  readonly endConnections: () => void;
}

const LARGEST_BODY = 1024 * 1024;
const LARGEST_HEADERS = 16 * 1024;
/** From its first byte to its last a request may take so long. */
const REQUEST_TIMEOUT_MS = 30_000;
const KEEP_ALIVE_MS = 72_000;
/** A connection on which nothing moves ends after so long; that of a client that does not read its answer after twice as long at most. */
const STANDSTILL_MS = 300_000;
/** Each takes a file descriptor, and commits need some too: more than these are closed at once, until others go. */
const MOST_CONNECTIONS = 512;
/** Ids are of any length, as far as they fit into the headers. */
const LONGEST_PARAMETER = LARGEST_HEADERS;

/** The HTTP interface over a manager; it listens to nothing yet. */
export async function createApp(options: ServerOptions): Promise<ServerApp> {
  const app = fastify({
    logger: false,
    bodyLimit: LARGEST_BODY,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    connectionTimeout: STANDSTILL_MS,
    http: {
      maxHeaderSize: LARGEST_HEADERS,
      headersTimeout: REQUEST_TIMEOUT_MS,
      connectionsCheckingInterval: 1000,
      // It is refused by us, with a body that says why.
      requireHostHeader: false,
    },
    routerOptions: { maxParamLength: LONGEST_PARAMETER },
    // A number is no text, and what is not known is no typing error that should pass.
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false, useDefaults: false } },
    frameworkErrors: answerFrameworkError,
    clientErrorHandler: answerBrokenConnection,
    // What is under way while the server stops is finished.
    return503OnClosing: false,
  });
  app.server.maxConnections = MOST_CONNECTIONS;
  const streams = new EventStreams(options);
  let isEnding = false;
  answerErrors(app, options);
  answerOtherRequests(app.server);
  app.addHook("onRequest", async (_request, reply) => void reply.headers(SAFE_HEADERS));
  app.addHook("onSend", async (_request, reply) => void (isEnding && reply.header("connection", "close")));
  const unread = new UnreadAnswers();
  unread.register(app);
  guardAccess(app, options);
  acceptJsonBodies(app);
  await app.register(swagger, { openapi: API_INFO });
  const methodsByUrl = collectMethods(app);
  registerMetrics(app, options, streams);
  registerStatusRoutes(app, options);
  registerReadingRoutes(app, options, unread);
  registerChangingRoutes(app, options);
  streams.register(app);
  registerApiDocument(app);
  registerPage(app);
  refuseOtherMethods(app, methodsByUrl);
  return { app, streams, endConnections: () => void (isEnding = true) };
}

/** Of every answer; a route that serves a page sets what that page needs. */
const SAFE_HEADERS = {
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
};

function collectMethods(app: FastifyInstance): ReadonlyMap<string, readonly string[]> {
  const byUrl = new Map<string, string[]>();
  app.addHook("onRoute", ({ url, method }) => void byUrl.set(url, [...(byUrl.get(url) ?? []), method].flat()));
  return byUrl;
}

const METHODS: readonly HTTPMethods[] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/** A path that is there with another method answers which ones it has. */
function refuseOtherMethods(app: FastifyInstance, methodsByUrl: ReadonlyMap<string, readonly string[]>): void {
  // Paths that differ in the names of their parameters only are one.
  const byShape = new Map<string, { readonly url: string; readonly methods: Set<string> }>();
  for (const [url, methods] of methodsByUrl) {
    const shape = url.replaceAll(/:[^/]+/g, ":");
    const known = byShape.get(shape);
    byShape.set(shape, { url, methods: new Set([...(known?.methods ?? []), ...methods]) });
  }
  for (const { url, methods } of byShape.values()) {
    const allowed = METHODS.filter((method) => methods.has(method)).join(", ");
    app.route({
      method: METHODS.filter((method) => !methods.has(method)),
      url,
      schema: { hide: true },
      // Before any body is read.
      onRequest: async ({ method }) => {
        const detail = `${method} is not used at this path, only ${allowed}; see /docs`;
        throw new ClientError(405, "METHOD_NOT_ALLOWED", detail, { allow: allowed });
      },
      handler: () => undefined,
    });
  }
}
