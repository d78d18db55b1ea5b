import { isUtf8 } from "node:buffer";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { jsonDepth, jsonEntries } from "../session/json.js";
import { ClientError } from "./error-answers.js";

declare module "fastify" {
  interface FastifyRequest {
    /** The JSON text of the body, with all digits of its numbers; empty where there is none. */
    bodyText: string;
    /** The JSON texts of the body's members; of a name that is there twice the last one. */
    readonly bodyMembers: ReadonlyMap<string, string>;
  }
}

/** Deeper than any approval, and shallow enough for every program that reads the file. */
const MOST_LEVELS = 100;

/** Bodies are JSON only. `request.body` is what schemas check; what is stored are the texts. */
export function acceptJsonBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.decorateRequest("bodyText", "");
  app.decorateRequest("bodyMembers", {
    getter() {
      return new Map(jsonEntries(this.bodyText));
    },
  });
  app.addContentTypeParser<Buffer>(
    "application/json",
    { parseAs: "buffer" },
    async (request: FastifyRequest, bytes: Buffer) => {
      // Some clients name the type in all requests, also where they send nothing.
      if (bytes.length === 0 && request.method === "DELETE") return undefined;
      requirePlainText(request);
      if (!isUtf8(bytes)) throw new ClientError(400, "BODY_NOT_UTF8", "The body is not UTF-8; send JSON in UTF-8");
      const text = bytes.toString("utf8");
      if (jsonDepth(text) > MOST_LEVELS) {
        const detail = `The body is nested deeper than ${MOST_LEVELS} levels; send a flatter object`;
        throw new ClientError(400, "BODY_TOO_DEEP", detail);
      }
      request.bodyText = text;
      try {
        return JSON.parse(text) as unknown;
      } catch {
        throw new ClientError(400, "BODY_NOT_JSON", "The body is no JSON; send a JSON object");
      }
    },
  );
}

/** What the headers say of the bytes counts: read in another way they would be other text, or none. */
function requirePlainText({ headers }: FastifyRequest): void {
  const { "content-encoding": encoding = "identity", "content-type": type = "" } = headers;
  if (encoding.trim().toLowerCase() !== "identity") {
    const detail = "The body has a Content-Encoding, and is not unpacked here; send it as it is, without that header";
    throw new ClientError(415, "BODY_ENCODED", detail, { "accept-encoding": "identity" });
  }
  const [, charset = "utf-8"] = /;\s*charset\s*=\s*"?([^";\s]*)/i.exec(type) ?? [];
  if (UTF8_NAMES.has(charset.toLowerCase())) return;
  throw new ClientError(415, "BODY_NOT_UTF8", "The charset of the body is not UTF-8; send JSON in UTF-8");
}

const UTF8_NAMES: ReadonlySet<string> = new Set(["utf-8", "utf8", "us-ascii"]);
