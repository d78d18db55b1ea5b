// Which sessions the page shows, in which order, and when that order changes.
import { beforeEach, describe, expect, test } from "vitest";
import { instantOf, listedSession } from "../../../src/server/page/session-body.js";
import { SessionList, type ListQuery } from "../../../src/server/page/session-list.js";

const ALL: ListQuery = {
  text: "",
  platform: undefined,
  state: "all",
  isPendingOnly: false,
  sortKey: "lastActivity",
  isDescending: true,
};

/** A session that was last active at this minute past ten. */
function session(id: string, minute: number, { user = `telegram_${id}`, platform = "telegram", pending = false } = {}) {
  const last_activity = `2025-09-30T10:${String(minute).padStart(2, "0")}:00.000001`;
  const created_at = "2025-09-30T08:00:00";
  const body = { session_id: id, user_id: user, platform, thread_id: `thread-${id}`, created_at, last_activity };
  return listedSession({ ...body, has_pending_approval: pending });
}

let list: SessionList;
/** Nothing is expired. */
const never = -Infinity;

beforeEach(() => {
  list = new SessionList();
  list.replaceAll([
    session("a", 10),
    session("b", 30, { user: "Discord_7", platform: "discord" }),
    session("c", 20, { pending: true }),
  ]);
  list.renew(list.arrange(ALL, never));
});

const ids = (query: Partial<ListQuery>, cutoff = never): string =>
  list
    .arrange({ ...ALL, ...query }, cutoff)
    .map(({ id }) => id)
    .join("");
const shown = (): string =>
  list
    .slice(0, 100)
    .map(({ id, isGone }) => (isGone ? `(${id})` : id))
    .join("");

describe("a query", () => {
  test.each<[string, Partial<ListQuery>, string]>([
    ["everything, latest first", {}, "bca"],
    ["all words, in any case, anywhere in user, session, thread or platform", { text: " DISC  thread-B " }, "b"],
    ["one word that is nowhere", { text: "disc nowhere" }, ""],
    ["one platform", { platform: "telegram" }, "ca"],
    ["a platform without a name", { platform: "" }, ""],
    ["pending approvals", { isPendingOnly: true }, "c"],
    ["another order", { sortKey: "userId", isDescending: false }, "bac"],
    ["equal values by user and id, whichever way it goes", { sortKey: "platform", isDescending: true }, "acb"],
  ])("finds %s", (_what, query, found) => {
    expect(ids(query)).toBe(found);
  });

  test("tells active sessions from expired ones, who was last active just at the cutoff being expired", () => {
    const cutoff = instantOf("2025-09-30T10:20:00");
    expect(ids({ state: "expired" }, cutoff)).toBe("ca");
    expect(ids({ state: "active" }, cutoff)).toBe("b");
  });
});

describe("the order that is shown", () => {
  test("stays, while what it shows changes", () => {
    list.put(session("a", 50, { pending: true }));
    list.put(session("d", 55));
    list.remove("c");
    expect(shown()).toBe("b(c)a");
    expect(list.slice(2, 3)[0]?.isPending).toBe(true);
    expect(list.size).toBe(3);
    expect(list.changesTo(list.arrange(ALL, never))).toEqual({ added: 1, removed: 1, isMoved: true });
  });

  test("is the new one when it is renewed, and what is gone is forgotten", () => {
    list.put(session("a", 50));
    list.remove("c");
    list.renew(list.arrange(ALL, never));
    expect(shown()).toBe("ab");
    expect(list.find("c")).toBeUndefined();
    expect(list.changesTo(list.arrange(ALL, never))).toEqual({ added: 0, removed: 0, isMoved: false });
  });

  test("takes a session back that comes again", () => {
    list.remove("c");
    list.put(session("c", 20));
    expect(shown()).toBe("bca");
  });

  test("marks what a new list does not have as gone", () => {
    list.replaceAll([session("c", 20), session("e", 5)]);
    expect(shown()).toBe("(b)c(a)");
    expect([...list.platforms()]).toEqual(["telegram"]);
  });
});

describe("a time", () => {
  test.each([
    ["2025-09-30T10:30:00", 1759228200000],
    ["2025-09-30 10:30:00.123456", 1759228200123],
    ["2025-09-30T10:30:00Z", 1759228200000],
    ["2025-09-30T12:30:00.5+02:00", 1759228200500],
  ])("%s is read, without an offset as UTC", (text, milliseconds) => {
    expect(instantOf(text)).toBe(milliseconds * 1000);
  });

  test.each(["", "yesterday", "2025-13-40T10:30:00", "20250930T103000"])("%j is none", (text) => {
    expect(instantOf(text)).toBeNaN();
  });
});
