import { STATUS_CODES, type Server, type ServerResponse } from "node:http";
import { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { SessionsError, systemErrorCode, type ErrorCode } from "../errors.js";
import { dumpsJson } from "../session/json-dumps.js";
import { sendJson } from "./answer.js";
import { invalidInput } from "./invalid-input.js";
import type { ServerOptions } from "./options.js";

/** What a client did wrong, with a status of 4xx. */
export class ClientError extends Error {
  readonly status: number;
  readonly code: string;
  readonly headers: Readonly<Record<string, string>>;

  /** @param detail what, why and what next, as a person reads it */
  constructor(status: number, code: string, detail: string, headers: Readonly<Record<string, string>> = {}) {
    super(detail);
    this.status = status;
    this.code = code;
    this.headers = headers;
  }
}

interface Answer {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A client that waits so long finds a lock that was held for a moment free. */
const RETRY_AFTER_S = 2;
const LINGER_MS = 1000;

/** Whatever goes wrong is answered with `{"detail", "code"}`. */
export function answerErrors(app: FastifyInstance, options: Pick<ServerOptions, "onBug" | "onTrouble">): void {
  app.setErrorHandler((error, _request, reply) => {
    if (error instanceof SessionsError && isTrouble(error)) options.onTrouble(error);
    return send(reply, answerTo(error) ?? bug(error, options.onBug));
  });
  app.setNotFoundHandler((request, reply) => send(reply, nothingAt(request)));
}

/** The answer to what goes wrong before a route is known, such as a URL that cannot be decoded. */
export function answerFrameworkError(error: FastifyError, _request: FastifyRequest, reply: FastifyReply): void {
  send(reply, answerTo(error) ?? clientAnswer(error));
}

/** The answers to what Fastify does not see: no proxy is here, and only `100-continue` can be expected. */
export function answerOtherRequests(server: Server): void {
  server.on("connect", (_request, socket) => {
    // Node listens to it no more, and a client that resets the connection must not end the process.
    socket.on("error", () => socket.destroy());
    const detail = "This is no proxy; see /docs";
    endWith(socket, { status: 405, code: "METHOD_NOT_ALLOWED", detail });
  });
  server.on("checkExpectation", (_request, { socket }: ServerResponse) => {
    const detail = "What Expect names cannot be met; leave it out";
    if (socket !== null) endWith(socket, { status: 417, code: "CANNOT_EXPECT", detail });
  });
}

/** The answer to what is no HTTP, has too large headers or comes too slowly; the connection ends. */
export function answerBrokenConnection(error: Error, socket: Socket): void {
  endWith(socket, brokenConnection(systemErrorCode(error) ?? ""));
}

function endWith(socket: Duplex, { status, code, detail }: Answer): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const body = bodyOf({ detail, code });
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}`,
    "Content-Type: application/json; charset=utf-8",
    `Content-Length: ${Buffer.byteLength(body)}`,
    "Connection: close",
  ];
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`);
  // Whoever does not close its side is not waited for.
  if (socket instanceof Socket) socket.setTimeout(LINGER_MS, () => socket.destroy());
}

/** What is wrong with the file, for a client that cannot see it. */
export function storeTrouble({ code, details: { reason } }: SessionsError): string {
  const known = TROUBLES[code];
  if (known !== undefined) return known;
  const because = reason === undefined ? "" : ` (${reason})`;
  return `The sessions file cannot be read or written${because}; nothing was changed. Check the disk and the permissions on the server`;
}

const TROUBLES: Readonly<Partial<Record<ErrorCode, string>>> = {
  STORE_LOCKED: "Another program keeps the sessions file locked; nothing was changed. Try again in a moment",
  STORE_DAMAGED:
    "The sessions file is damaged, so that nothing is written to it; nothing was changed. On the server, run sessions validate, then sessions repair",
  STORE_CHANGED:
    "Another program rewrites the sessions file at the same time; nothing was changed. Try again in a moment",
  STORE_NOT_FOUND:
    "The sessions file is gone; nothing was changed. Bring it back on the server: sessions restore latest",
  DURABILITY_UNKNOWN:
    "The change is written and visible, but the disk did not confirm it. Do not repeat it; look at the session, and check the disk of the server",
  CANCELLED: "The server is stopping; nothing was changed. Try again when it runs",
};

function answerTo(error: unknown): Answer | undefined {
  if (error instanceof ClientError) {
    return { status: error.status, code: error.code, detail: error.message, headers: error.headers };
  }
  if (error instanceof SessionsError) return answerToOurs(error);
  if (!(error instanceof Error) || !("statusCode" in error)) return undefined;
  const fastifyError = error as FastifyError;
  if (fastifyError.validation !== undefined) {
    return { status: 422, code: "INVALID_INPUT", detail: `${invalidInput(fastifyError)}; see /docs for what is taken` };
  }
  const { statusCode = 500 } = fastifyError;
  return statusCode < 500 ? clientAnswer(fastifyError) : undefined;
}

/** The operator can do something about it, and the client cannot see what. */
function isTrouble({ code }: SessionsError): boolean {
  return STATUS[code] === 503 && !PASSING.has(code);
}

const PASSING: ReadonlySet<ErrorCode> = new Set(["STORE_LOCKED", "STORE_CHANGED", "CANCELLED"]);

function answerToOurs(error: SessionsError): Answer | undefined {
  const status = STATUS[error.code];
  if (status === 500) return undefined;
  if (status === 404) return { status, code: error.code, detail: "Session not found" };
  if (status === 422) return { status, code: error.code, detail: error.details.reason ?? error.message };
  const headers = { "retry-after": String(RETRY_AFTER_S) };
  return { status, code: error.code, detail: storeTrouble(error), headers };
}

/** Codes that no request leads to are bugs where one does. */
const STATUS: Readonly<Record<ErrorCode, number>> = {
  SESSION_NOT_FOUND: 404,
  SESSION_AMBIGUOUS: 500,
  USAGE: 500,
  LIMIT_EXCEEDED: 500,
  WRONG_KEY: 500,
  STORE_EXISTS: 500,
  SESSION_CONFLICT: 500,
  INPUT_REFUSED: 500,
  VALUE_REFUSED: 422,
  STORE_NOT_FOUND: 503,
  STORE_NOT_A_FILE: 503,
  STORE_LOCKED: 503,
  STORE_DAMAGED: 503,
  STORE_CHANGED: 503,
  ENGINE_UNAVAILABLE: 503,
  IO_FAILED: 503,
  DURABILITY_UNKNOWN: 503,
  CANCELLED: 503,
};

function clientAnswer({ code, statusCode = 400 }: FastifyError): Answer {
  switch (code) {
    case "FST_ERR_BAD_URL":
      return { status: 400, code: "BAD_URL", detail: "The path cannot be decoded; write % as %25" };
    case "FST_ERR_CTP_BODY_TOO_LARGE":
      return { status: 413, code: "BODY_TOO_LARGE", detail: "The body is longer than 1 MiB; send less at once" };
    case "FST_ERR_CTP_INVALID_MEDIA_TYPE":
      return {
        status: 415,
        code: "NOT_JSON",
        detail: "Bodies are JSON here; send Content-Type: application/json",
      };
    case "FST_ERR_CTP_INVALID_CONTENT_LENGTH":
      return {
        status: 400,
        code: "BAD_LENGTH",
        detail: "The body is not as long as Content-Length says; send it whole",
      };
    default:
      return { status: statusCode, code: "BAD_REQUEST", detail: "The request cannot be understood; see /docs" };
  }
}

function brokenConnection(code: string): Answer {
  switch (code) {
    case "HPE_HEADER_OVERFLOW":
      return {
        status: 431,
        code: "HEADERS_TOO_LARGE",
        detail:
          "Path and headers are longer than 16 KiB; send less. For sessions with ids so long use the command sessions on the server",
      };
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return { status: 408, code: "REQUEST_TIMEOUT", detail: "The request did not come in time; send it again" };
    default:
      return { status: 400, code: "NOT_HTTP", detail: "This is no HTTP/1.1 request; see /docs" };
  }
}

function nothingAt({ method }: FastifyRequest): Answer {
  if (!KNOWN_METHODS.includes(method)) {
    const detail = `The method ${method} is not used here; see /docs`;
    return { status: 405, code: "METHOD_NOT_ALLOWED", detail, headers: { allow: KNOWN_METHODS.join(", ") } };
  }
  return { status: 404, code: "NO_SUCH_PATH", detail: "There is nothing at this path; see /docs for what there is" };
}

const KNOWN_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];

function bug(error: unknown, onBug: (error: unknown) => void): Answer {
  onBug(error);
  const detail =
    "This is a bug in sessions, please report it; the server's log says more. Files are written whole or not";
  return { status: 500, code: "BUG", detail };
}

function send(reply: FastifyReply, { status, code, detail, headers = {} }: Answer): FastifyReply {
  return sendJson(reply.headers(headers), bodyOf({ detail, code }), status);
}

function bodyOf({ detail, code }: { readonly detail: string; readonly code: string }): string {
  return dumpsJson({ detail, code });
}
