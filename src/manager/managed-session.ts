import { isNothingPending } from "../session/session.js";
import type { JsonObject } from "../session/json-dumps.js";
import type { Instant } from "../session/timestamp.js";

/** A session as it was when it was asked for; it does not change. */
export class ManagedSession {
  readonly sessionId: string;
  readonly userId: string;
  readonly platform: string;
  readonly threadId: string;
  /** Microseconds since 1970. */
  readonly createdAt: Instant;
  /** Microseconds since 1970. */
  readonly lastActivity: Instant;
  /** JSON text of the approval that the user has to answer; undefined where nothing is pending. */
  readonly pendingApprovalText: string | undefined;
  /** JSON text of an object, with all digits of its numbers. */
  readonly metadataText: string;

  constructor(
    { sessionId, userId, platform, threadId, createdAt, lastActivity }: SessionParts,
    pendingApproval: string,
    metadata: string,
  ) {
    this.sessionId = sessionId;
    this.userId = userId;
    this.platform = platform;
    this.threadId = threadId;
    this.createdAt = createdAt;
    this.lastActivity = lastActivity;
    this.pendingApprovalText = isNothingPending(pendingApproval) ? undefined : pendingApproval;
    this.metadataText = metadata === "" ? "{}" : metadata;
  }

  get hasPendingApproval(): boolean {
    return this.pendingApprovalText !== undefined;
  }

  /** As `JSON.parse` reads it: whole numbers beyond 2^53 are rounded. */
  get pendingApproval(): JsonObject | undefined {
    return this.pendingApprovalText === undefined ? undefined : (JSON.parse(this.pendingApprovalText) as JsonObject);
  }

  /** As `JSON.parse` reads it: whole numbers beyond 2^53 are rounded. */
  get metadata(): JsonObject {
    return JSON.parse(this.metadataText) as JsonObject;
  }
}

type SessionParts = Pick<
  ManagedSession,
  "sessionId" | "userId" | "platform" | "threadId" | "createdAt" | "lastActivity"
>;
