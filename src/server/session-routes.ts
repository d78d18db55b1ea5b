import type { FastifyInstance, FastifyReply } from "fastify";
import { SessionsError } from "../errors.js";
import type { ManagedSession } from "../manager/managed-session.js";
import type { SessionPage } from "../manager/options.js";
import { dumpsString } from "../session/json-string.js";
import { idFault, isPadded } from "../session/id-text.js";
import { RawJson } from "../session/raw-json.js";
import { sendJson, sendJsonPieces } from "./answer.js";
import { ClientError } from "./error-answers.js";
import type { ServerOptions } from "./options.js";
import * as schemas from "./schemas.js";
import type { UnreadAnswers } from "./unread-answers.js";
import { arrayJson, objectJson, sessionDetailJson, sessionJson, sessionStateJson } from "./session-json.js";

interface SessionParams {
  readonly session_id: string;
}

interface ListQuery {
  readonly platform?: string;
  readonly user_id?: string;
  readonly limit?: string;
  readonly offset?: string;
  readonly state?: "active" | "all";
}

interface CreateBody {
  readonly user_id: string;
  readonly platform: string;
  readonly metadata?: object;
}

/** The metadata of a session may hold so many bytes; the body of one request is limited apart from that. */
const LARGEST_METADATA = 4 * 1024 * 1024;

/** Routes that read sessions; none of them touches one. */
export function registerReadingRoutes(app: FastifyInstance, { manager }: ServerOptions, unread: UnreadAnswers): void {
  app.get<{ Querystring: ListQuery }>(
    "/api/sessions",
    {
      schema: {
        summary: "Active sessions in the order of the file; count is of all that match",
        querystring: schemas.LIST_QUERY,
        response: schemas.answers({ 200: schemas.SESSION_LIST }),
      },
    },
    async ({ query }, reply) => {
      const { platform, user_id: userId, limit, offset, state = "active" } = query;
      unread.requireRoom();
      const page = manager.listSessions({
        state,
        ...(platform === undefined ? {} : { platform }),
        ...(userId === undefined ? {} : { userId }),
        ...(limit === undefined ? {} : { limit: Number(limit) }),
        ...(offset === undefined ? {} : { offset: Number(offset) }),
      });
      unread.hold(reply, page.sessions.length);
      const toJson = (session: ManagedSession): string =>
        state === "all" ? sessionStateJson(session, manager.stateOf(session)) : sessionJson(session);
      return sendJsonPieces(reply, listJson(page, toJson));
    },
  );

  app.get<{ Params: { readonly user_id: string } }>(
    "/api/sessions/:user_id",
    {
      schema: {
        summary: "The active sessions of a user, on all platforms",
        params: schemas.USER_ID_PARAM,
        response: schemas.answers({ 200: schemas.USER_SESSIONS }),
      },
    },
    async ({ params }, reply) => {
      const sessions = manager.getUserSessions(params.user_id);
      const members = [
        ["user_id", dumpsString(params.user_id)],
        ["sessions", arrayJson(sessions.map(sessionJson))],
      ] as const;
      return sendJson(reply, objectJson(members));
    },
  );

  app.get<{ Params: SessionParams }>(
    "/api/session/:session_id",
    {
      schema: {
        summary: "One session with its approval, active or expired, not touched",
        params: schemas.SESSION_ID_PARAM,
        response: schemas.answers({ 200: schemas.SESSION_DETAIL, 404: schemas.NOT_FOUND }),
      },
    },
    async ({ params }, reply) => {
      const session = manager.findSessionOfAnyState(params.session_id);
      if (session === undefined) throw notFound(params);
      return sendJson(reply, sessionDetailJson(session, manager.stateOf(session)));
    },
  );
}

/** So many sessions are made into text at once. */
const PIECE_SESSIONS = 256;

function* listJson({ sessions, count }: SessionPage, toJson: (session: ManagedSession) => string): Generator<string> {
  yield '{"active_sessions": [';
  for (let at = 0; at < sessions.length; at += PIECE_SESSIONS) {
    const texts = sessions.slice(at, at + PIECE_SESSIONS).map(toJson);
    yield `${at === 0 ? "" : ", "}${texts.join(", ")}`;
  }
  yield `], "count": ${count}}`;
}

/** Routes that change sessions: what they answer is on the disk. */
export function registerChangingRoutes(app: FastifyInstance, { manager }: ServerOptions): void {
  app.post<{ Body: CreateBody }>(
    "/api/sessions",
    {
      schema: {
        summary: "The active session of a user on a platform, touched; a new one where there is none",
        body: schemas.CREATE_BODY,
        response: schemas.answers({ 200: schemas.SESSION, 201: schemas.SESSION }, true),
      },
    },
    async ({ body, bodyMembers }, reply) => {
      requireId("user_id", body.user_id);
      requireId("platform", body.platform);
      const metadata = bodyMembers.get("metadata");
      const { session, isNew } = await manager.getOrCreate({
        userId: body.user_id,
        platform: body.platform,
        ...(metadata === undefined ? {} : { metadata: new RawJson(metadata) }),
      });
      return sendJson(reply, sessionJson(session), isNew ? 201 : 200);
    },
  );

  app.delete<{ Params: SessionParams }>(
    "/api/sessions/:session_id",
    {
      schema: {
        summary: "Removes a session, active or expired",
        params: schemas.SESSION_ID_PARAM,
        response: schemas.answers({ 200: schemas.DELETED, 404: schemas.NOT_FOUND }, true),
      },
    },
    async ({ params }, reply) => {
      if (!(await manager.deleteSession(params.session_id))) throw notFound(params);
      const members = [
        ["status", '"deleted"'],
        ["session_id", dumpsString(params.session_id)],
      ] as const;
      return sendJson(reply, objectJson(members));
    },
  );

  app.put<{ Params: SessionParams }>(
    "/api/sessions/:session_id/approval",
    {
      schema: {
        summary: "Sets the approval that the user has to answer",
        params: schemas.SESSION_ID_PARAM,
        body: schemas.OBJECT_BODY,
        response: schemas.answers({ 200: schemas.SESSION, 404: schemas.NOT_FOUND }, true),
      },
    },
    async ({ params, bodyText }, reply) =>
      sendSession(reply, await manager.setPendingApproval(params.session_id, new RawJson(bodyText))),
  );

  app.delete<{ Params: SessionParams }>(
    "/api/sessions/:session_id/approval",
    {
      schema: {
        summary: "Clears the approval; where nothing is pending, nothing changes but the last activity",
        params: schemas.SESSION_ID_PARAM,
        response: schemas.answers({ 200: schemas.SESSION, 404: schemas.NOT_FOUND }, true),
      },
    },
    async ({ params }, reply) => sendSession(reply, await manager.clearPendingApproval(params.session_id)),
  );

  app.patch<{ Params: SessionParams }>(
    "/api/sessions/:session_id/metadata",
    {
      schema: {
        summary: "Sets members of the metadata, whole values each; null removes a member; others stay as they are",
        params: schemas.SESSION_ID_PARAM,
        body: schemas.OBJECT_BODY,
        response: schemas.answers({ 200: schemas.SESSION, 404: schemas.NOT_FOUND }, true),
      },
    },
    async ({ params, bodyText, bodyMembers }, reply) => {
      const present = manager.findSession(params.session_id)?.metadataText ?? "";
      const isAdding = [...bodyMembers.values()].some((text) => text !== "null");
      if (isAdding && present.length + bodyText.length > LARGEST_METADATA) {
        const detail = "The metadata would be longer than 4 MiB; remove members first, by setting them to null";
        throw new ClientError(413, "METADATA_TOO_LARGE", detail);
      }
      const members: Record<string, RawJson | undefined> = Object.fromEntries(
        Array.from(bodyMembers, ([name, text]) => [name, text === "null" ? undefined : new RawJson(text)] as const),
      );
      return sendSession(reply, await manager.updateSessionMetadata(params.session_id, members));
    },
  );
}

/** The manager would refuse it too, under the names of the library. */
function requireId(name: string, text: string): void {
  const fault = idFault(text);
  if (fault === undefined) return;
  const [status, code] = isPadded(text) ? [400, "PADDED_VALUE"] : [422, "VALUE_REFUSED"];
  throw new ClientError(status, code, `${name} ${fault}; send it as it was made, without anything around it`);
}

function sendSession(reply: FastifyReply, session: ManagedSession): FastifyReply {
  return sendJson(reply, sessionJson(session));
}

function notFound({ session_id: sessionId }: SessionParams): SessionsError {
  return new SessionsError("SESSION_NOT_FOUND", { ids: [sessionId] });
}
