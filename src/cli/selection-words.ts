import { formatInstant } from "../session/timestamp.js";
import type { Retention } from "../session/retention.js";
import { resolveTime, type TimeInput } from "./parse/time.js";
import { humanDuration } from "./render/time.js";
import type { SelectionOptions } from "./selection-options.js";

/** What the options select, one part for each of them: `platform telegram or discord`, `idle for 30d or longer`. */
export function selectionWords(options: SelectionOptions, { now }: Retention): readonly string[] {
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
