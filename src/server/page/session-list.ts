import type { Instant } from "../../session/timestamp.js";
import type { ListedSession } from "./session-body.js";

export type SortKey = "userId" | "platform" | "id" | "createdAt" | "lastActivity" | "isPending";

/** Which sessions to show, and in which order. */
export interface ListQuery {
  /** Words that all have to stand in user, session, thread or platform; in any case. */
  readonly text: string;
  /** Undefined for all. */
  readonly platform: string | undefined;
  readonly state: "all" | "active" | "expired";
  readonly isPendingOnly: boolean;
  readonly sortKey: SortKey;
  readonly isDescending: boolean;
}

/** How the order that is shown differs from the one that would be shown now. */
export interface OrderChanges {
  readonly added: number;
  readonly removed: number;
  /** Whether what stands in both stands in another order. */
  readonly isMoved: boolean;
}

/** The sessions that the page knows, and the order in which it shows them. The order changes only when it is renewed. */
export class SessionList {
  readonly #sessions = new Map<string, ListedSession>();
  #order: readonly ListedSession[] = [];

  replaceAll(sessions: readonly ListedSession[]): void {
    const kept = new Set(sessions.map(({ id }) => id));
    for (const id of this.#sessions.keys()) if (!kept.has(id)) this.remove(id);
    for (const session of sessions) this.put(session);
  }

  put(session: ListedSession): void {
    this.#sessions.set(session.id, session);
  }

  remove(id: string): void {
    const session = this.#sessions.get(id);
    if (session !== undefined) this.#sessions.set(id, { ...session, isGone: true });
  }

  find(id: string): ListedSession | undefined {
    return this.#sessions.get(id);
  }

  /** Those that are not deleted. */
  get size(): number {
    let size = 0;
    for (const { isGone } of this.#sessions.values()) if (!isGone) size += 1;
    return size;
  }

  platforms(): Set<string> {
    const platforms = new Set<string>();
    for (const { platform, isGone } of this.#sessions.values()) if (!isGone) platforms.add(platform);
    return platforms;
  }

  /** How many sessions the order has. */
  get length(): number {
    return this.#order.length;
  }

  /** Some of the sessions in the order that was made last, as they are now. */
  slice(from: number, to: number): ListedSession[] {
    return this.#order.slice(from, to).map((session) => this.#sessions.get(session.id) ?? session);
  }

  /** The sessions that a query asks for, in its order. @param cutoff who was last active then or before is expired */
  arrange(query: ListQuery, cutoff: Instant): ListedSession[] {
    const words = query.text.toLowerCase().split(/\s+/).filter(Boolean);
    const found = Array.from(this.#sessions.values()).filter(
      (session) =>
        !session.isGone &&
        (query.platform === undefined || session.platform === query.platform) &&
        (query.state === "all" || session.lastActivity <= cutoff === (query.state === "expired")) &&
        (!query.isPendingOnly || session.isPending) &&
        words.every((word) => session.searched.includes(word)),
    );
    const direction = query.isDescending ? -1 : 1;
    const key = query.sortKey;
    return found.sort(
      (left, right) =>
        direction * compare(left[key], right[key]) || compare(left.userId, right.userId) || compare(left.id, right.id),
    );
  }

  /** Shows this order from now on; what is deleted is forgotten. */
  renew(order: readonly ListedSession[]): void {
    this.#order = order;
    for (const { id, isGone } of this.#sessions.values()) if (isGone) this.#sessions.delete(id);
  }

  changesTo(order: readonly ListedSession[]): OrderChanges {
    const [before, after] = [idsOf(this.#order), idsOf(order)];
    const stayed = this.#order.filter(({ id }) => after.has(id));
    const stays = order.filter(({ id }) => before.has(id));
    return {
      added: order.length - stays.length,
      removed: this.#order.length - stayed.length,
      isMoved: stays.some(({ id }, index) => stayed[index]?.id !== id),
    };
  }
}

function idsOf(sessions: readonly ListedSession[]): Set<string> {
  return new Set(sessions.map(({ id }) => id));
}

function compare<T extends string | number | boolean>(left: T, right: T): number {
  if (left < right) return -1;
  return left > right ? 1 : 0;
}
