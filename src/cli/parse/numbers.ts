import { InvalidArgumentError } from "commander";

/** For commander: a whole number from 0. */
export function parseCount(text: string): number {
  const count = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(count)) return count;
  throw new InvalidArgumentError(`"${text}" is no whole number from 0 up.`);
}

/** How many sessions may go: a number of them, or a share of the file. */
export type RemovalLimit = { readonly count: number } | { readonly percent: number };

/** For commander: `100` or `20%`. */
export function parseRemovalLimit(text: string): RemovalLimit {
  if (!text.endsWith("%")) return { count: parseCount(text) };
  const percent = Number(text.slice(0, -1));
  if (/^\d+(?:\.\d+)?%$/.test(text) && percent <= 100) return { percent };
  throw new InvalidArgumentError(`"${text}" is no number and no percentage. Write for example 100 or 20%.`);
}
