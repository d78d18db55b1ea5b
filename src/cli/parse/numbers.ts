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

const SIZE_UNITS: Readonly<Record<string, number>> = {
  "": 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  kib: 1024,
  mib: 1024 ** 2,
  gib: 1024 ** 3,
  tib: 1024 ** 4,
};

/** For commander: a number of bytes, such as `500MB` or `16GiB`. */
export function parseSize(text: string): number {
  const [, amount = "", unit = ""] = /^(\d+(?:\.\d+)?) ?([kmgt]i?b)?$/i.exec(text) ?? [];
  const bytes = Number(amount) * (SIZE_UNITS[unit.toLowerCase()] ?? NaN);
  if (amount !== "" && Number.isSafeInteger(Math.round(bytes))) return Math.round(bytes);
  throw new InvalidArgumentError(`"${text}" is no size. Write for example 500MB or 16GiB.`);
}
