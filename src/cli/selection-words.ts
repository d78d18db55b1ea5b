import { formatInstant } from "../session/timestamp.js";
import type { Retention } from "../session/retention.js";
import { resolveTime, type TimeInput } from "./parse/time.js";
import { count } from "./render/numbers.js";
import { humanDuration } from "./render/time.js";
import type { SelectionOptions } from "./selection-options.js";

/** What ids and options select together, on one line; empty for everything. */
export function selectionText(ids: readonly string[], options: SelectionOptions, retention: Retention): string {
  return [...(ids.length === 0 ? [] : [count(ids.length, "id")]), ...selectionWords(options, retention)].join(", ");
}

/** What the options select, one part for each of them: `platform telegram or discord`, `idle for 30d or longer`. */
function selectionWords(options: SelectionOptions, { now }: Retention): readonly string[] {
  const { user, platform, active, expired, pending, idle, where = [], search } = options;
  const times: readonly (readonly [string, TimeInput | undefined])[] = [
    ["last active at or after", options.since],
    ["last active before", options.until],
    ["created at or after", options.createdSince],
    ["created before", options.createdUntil],
  ];
  const words = [
    user === undefined ? "" : `user ${user}`,
    platform === undefined ? "" : `platform ${platform.join(" or ")}`,
    active === true ? "active" : "",
    expired === true ? "expired" : "",
    pending === undefined ? "" : `${pending ? "with" : "without"} a pending approval`,
    idle === undefined ? "" : `idle for ${humanDuration(idle)} or longer`,
    ...times.map(([text, time]) => (time === undefined ? "" : `${text} ${formatInstant(resolveTime(time, now))}`)),
    ...where.map(({ field, comparison, value }) => `${field}${comparison}${value}`),
    search === undefined ? "" : `any field holds "${search}"`,
  ];
  return words.filter((text) => text !== "");
}
