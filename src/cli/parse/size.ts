import { InvalidArgumentError } from "commander";

const UNITS: ReadonlyMap<string, number> = new Map([
  ["", 1],
  ["B", 1],
  ...["K", "M", "G", "T"].flatMap((letter, index): [string, number][] => [
    [letter, 1024 ** (index + 1)],
    [`${letter}IB`, 1024 ** (index + 1)],
    [`${letter}B`, 1000 ** (index + 1)],
  ]),
]);

/** For commander: a number of bytes above 0: `500M` and `500MiB` are 1024s, `500MB` thousands. */
export function parseSize(text: string): number {
  const [, digits = "", unit = ""] = /^(\d+(?:\.\d+)?)\s*([A-Za-z]*)$/.exec(text.trim()) ?? [];
  const bytes = Math.floor(Number(digits) * (UNITS.get(unit.toUpperCase()) ?? NaN));
  if (digits !== "" && bytes > 0 && Number.isSafeInteger(bytes)) return bytes;
  throw new InvalidArgumentError(`"${text}" is no size. Write for example 500M or 4G.`);
}
