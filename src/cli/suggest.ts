import { distance } from "fastest-levenshtein";

/**
 * The candidates that a mistyped name may have meant: at most three, all equally close, that differ in a third at most or go on
 * where the name ends.
 */
export function suggest(name: string, candidates: Iterable<string>): string[] {
  const wanted = name.toLowerCase();
  const close: { candidate: string; edits: number }[] = [];
  for (const candidate of new Set(candidates)) {
    // Two letters that change places are two edits.
    const longest = Math.max(wanted.length, candidate.length);
    const allowed = longest < 4 ? 1 : Math.max(2, Math.floor(longest / 3));
    const isStart = wanted.length >= SHORTEST_START && candidate.toLowerCase().startsWith(wanted);
    const edits = editsWithin(allowed, wanted, candidate.toLowerCase()) ?? (isStart ? allowed : undefined);
    if (edits !== undefined) close.push({ candidate, edits });
  }
  const fewest = Math.min(...close.map(({ edits }) => edits));
  return close
    .filter(({ edits }) => edits === fewest)
    .slice(0, 3)
    .map(({ candidate }) => candidate);
}

/** How many characters must change to make one text the other; undefined for more than `allowed`. */
export function editsWithin(allowed: number, left: string, right: string): number | undefined {
  // Texts of the file may be megabytes long, and comparing costs the product of both lengths.
  if (Math.abs(left.length - right.length) > allowed || left.length > LONGEST_NAME) return undefined;
  const edits = distance(left, right);
  return edits <= allowed ? edits : undefined;
}

const LONGEST_NAME = 256;
const SHORTEST_START = 3;
