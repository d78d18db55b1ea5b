import { InvalidArgumentError, type Command } from "commander";
import type { KeepPolicy } from "../copies/keep-policy.js";
import { parsePositiveDuration } from "./parse/duration.js";
import { parseCount } from "./parse/numbers.js";

/** The options that say which backups stay. */
export interface KeepOptions {
  readonly keepLast?: number;
  readonly keepHourly?: number;
  readonly keepDaily?: number;
  readonly keepWeekly?: number;
  readonly keepMonthly?: number;
  readonly keepYearly?: number;
  readonly keepWithin?: number;
}

export function addKeepOptions(command: Command): Command {
  return command
    .option("--keep-last <n>", "keep the n newest backups", parseKept)
    .option("--keep-hourly <n>", "keep the newest of each of the last n hours that have any", parseKept)
    .option("--keep-daily <n>", "the same for days", parseKept)
    .option("--keep-weekly <n>", "for weeks", parseKept)
    .option("--keep-monthly <n>", "for months", parseKept)
    .option("--keep-yearly <n>", "for years", parseKept)
    .option("--keep-within <duration>", "keep all from this long before the newest one", parsePositiveDuration);
}

export function keepPolicyFrom(options: KeepOptions): KeepPolicy {
  const { keepLast: last, keepHourly: hourly, keepDaily: daily, keepWeekly: weekly } = options;
  const { keepMonthly: monthly, keepYearly: yearly, keepWithin: withinSeconds } = options;
  const policy = { last, hourly, daily, weekly, monthly, yearly, withinSeconds };
  return Object.fromEntries(Object.entries(policy).filter(([, amount]) => amount !== undefined));
}

function parseKept(text: string): number {
  if (text === "unlimited") return Infinity;
  try {
    return parseCount(text);
  } catch {
    throw new InvalidArgumentError(`"${text}" is no whole number from 0 up. Write for example 7, or unlimited.`);
  }
}
