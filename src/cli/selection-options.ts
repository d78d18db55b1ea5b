import { InvalidArgumentError, Option, type Command } from "commander";
import { SessionsError } from "../errors.js";
import { fieldNames, fieldReader } from "../session/fields.js";
import type { Condition, Selection } from "../session/query.js";
import { idleCutoff, expiryCutoff, type Retention } from "../session/retention.js";
import { parsePositiveDuration } from "./parse/duration.js";
import { parseTime, resolveTime, type TimeInput } from "./parse/time.js";
import { parseWhere, type WhereInput } from "./parse/where.js";
import { suggest } from "./suggest.js";

/** The options that select sessions, the same for every command. */
export interface SelectionOptions {
  readonly user?: string;
  readonly platform?: readonly string[];
  readonly active?: boolean;
  readonly expired?: boolean;
  /** True for `--pending`, false for `--no-pending`. */
  readonly pending?: boolean;
  readonly idle?: number;
  readonly since?: TimeInput;
  readonly until?: TimeInput;
  readonly createdSince?: TimeInput;
  readonly createdUntil?: TimeInput;
  readonly where?: readonly WhereInput[];
  readonly search?: string;
}

/** Adds the selection options. With `takesArguments`, `--platform` takes one value at a time, so that it eats none of them. */
export function addSelectionOptions(command: Command, { takesArguments }: { takesArguments: boolean }): Command {
  command.option("--user <user>", "user_id, or the part after <platform>_", parseText);
  if (takesArguments) command.option("--platform <platform>", "platform (repeatable)", collectText);
  else command.option("--platform <platform...>", "one of these platforms", collectText);
  return command
    .addOption(new Option("--active", "not expired").conflicts("expired"))
    .option("--expired", "idle for the timeout or longer")
    .option("--pending", "with a pending approval")
    .option("--no-pending", "without a pending approval")
    .option("--idle <duration>", "idle for at least this long", parsePositiveDuration)
    .option("--since <time>", "last activity at or after", parseTime)
    .option("--until <time>", "last activity before", parseTime)
    .option("--created-since <time>", "created at or after", parseTime)
    .option("--created-until <time>", "created before", parseTime)
    .option("--where <condition>", "field = != < <= > >= ~ !~ value (repeatable)", parseWhere)
    .option("--search <text>", "any field holds the text, in any case", parseText);
}

/** An empty text, as an unset variable of a script leaves it, must not come to mean every session. */
function parseText(text: string): string {
  if (text !== "") return text;
  throw new InvalidArgumentError("the value is empty. For fields without a value write --where <field>=.");
}

function collectText(text: string, previous: readonly string[] = []): readonly string[] {
  return [...previous, parseText(text)];
}

/** The selection that the options describe. @throws SessionsError USAGE where a condition names no field of the file */
export function selectionFrom(
  options: SelectionOptions,
  retention: Retention,
  columnNames: () => Promise<readonly string[]>,
): Promise<Selection> {
  const conditions: Condition[] = [];
  const cutoff = expiryCutoff(retention);
  const resolve = (input: TimeInput): number => resolveTime(input, retention.now);
  if (options.user !== undefined) conditions.push({ type: "user", user: options.user });
  if (options.platform !== undefined) conditions.push({ type: "platform", platforms: options.platform });
  if (options.active === true) conditions.push({ type: "time", column: "last_activity", from: cutoff + 1 });
  if (options.expired === true) conditions.push({ type: "time", column: "last_activity", until: cutoff + 1 });
  if (options.pending !== undefined) conditions.push({ type: "pending", pending: options.pending });
  if (options.idle !== undefined) conditions.push(idleCondition(options.idle, retention));
  for (const [column, since, until] of [
    ["last_activity", options.since, options.until],
    ["created_at", options.createdSince, options.createdUntil],
  ] as const) {
    if (since !== undefined) conditions.push({ type: "time", column, from: resolve(since) });
    if (until !== undefined) conditions.push({ type: "time", column, until: resolve(until) });
  }
  if (options.search !== undefined) conditions.push({ type: "search", text: options.search });
  return addWhere(conditions, options.where ?? [], resolve, columnNames);
}

/** Idle for at least this long. */
export function idleCondition(seconds: number, { now }: Retention): Condition {
  return { type: "time", column: "last_activity", until: idleCutoff(now, seconds) + 1 };
}

async function addWhere(
  conditions: Condition[],
  where: readonly WhereInput[],
  resolve: (input: TimeInput) => number,
  columnNames: () => Promise<readonly string[]>,
): Promise<Selection> {
  if (where.length === 0) return conditions;
  requireFields(
    where.map(({ field }) => field),
    await columnNames(),
  );
  for (const { field, comparison, value, time } of where) {
    conditions.push({
      type: "where",
      ...{ field, comparison, value },
      ...(time === undefined ? {} : { instant: resolve(time) }),
    });
  }
  return conditions;
}

/** @throws SessionsError USAGE for the first name that is no field of a file with these columns */
export function requireFields(names: readonly string[], columnNames: readonly string[]): void {
  for (const name of names) {
    if (fieldReader(name, columnNames) !== undefined) continue;
    const known = fieldNames(columnNames);
    throw new SessionsError("USAGE", {
      reason: `there is no field "${name}"`,
      suggestions: suggest(name, known),
      hint: `the fields are ${known.join(", ")} and paths such as metadata.source; see: sessions fields`,
    });
  }
}
