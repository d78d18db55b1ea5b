import { distance } from "fastest-levenshtein";

/** The candidates that a mistyped name may have meant, best first: at most three, none that differ in over a third. */
export function suggest(name: string, candidates: Iterable<string>): string[] {
  const wanted = name.toLowerCase();
  const close: { candidate: string; edits: number }[] = [];
  for (const candidate of new Set(candidates)) {
    const edits = distance(wanted, candidate.toLowerCase());
    if (edits <= Math.max(1, Math.floor(Math.max(wanted.length, candidate.length) / 3)))
      close.push({ candidate, edits });
  }
  close.sort((left, right) => left.edits - right.edits);
  return close.slice(0, 3).map(({ candidate }) => candidate);
}
