import { jsonElements, jsonEntries } from "./json.js";

/** One place at which two JSON values differ; undefined where a side has no such key. */
export interface JsonDifference {
  /** Keys of objects and indexes of arrays, outermost first; empty where the values as a whole differ. */
  readonly path: readonly string[];
  /** Source text of the value, with all digits of its numbers. */
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/**
 * What two JSON texts say differently, key by key. Neither the order of keys nor the spelling of a string matters, nor white
 * space. Of a repeated key the last one counts, as for JSON.parse. Numbers are compared as they are written, because 1.0
 * and 1 differ for some readers, and rounding would hide differences beyond 2^53. Elements of arrays go by their place.
 *
 * @param before valid JSON, nested at most 1,000 deep, as is `after`
 */
export function* jsonDifferences(
  before: string,
  after: string,
  path: readonly string[] = [],
): Generator<JsonDifference> {
  if (before === after) return;
  const kind = kindOf(before);
  if (kind !== kindOf(after)) yield { path, before: before.trim(), after: after.trim() };
  else if (kind === "{" || kind === "[") yield* memberDifferences(membersOf(before), membersOf(after), path);
  else if (kind === '"' ? JSON.parse(before) !== JSON.parse(after) : before.trim() !== after.trim()) {
    yield { path, before: before.trim(), after: after.trim() };
  }
}

function* memberDifferences(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
  path: readonly string[],
): Generator<JsonDifference> {
  for (const [key, value] of before) {
    const other = after.get(key);
    if (other === undefined) yield { path: [...path, key], before: value, after: undefined };
    else yield* jsonDifferences(value, other, [...path, key]);
  }
  for (const [key, value] of after) {
    if (!before.has(key)) yield { path: [...path, key], before: undefined, after: value };
  }
}

/** A map, not an object: a key may be `__proto__`. */
function membersOf(text: string): ReadonlyMap<string, string> {
  return new Map(kindOf(text) === "{" ? jsonEntries(text) : jsonElements(text));
}

/** The first character: a bracket, a quote, or one of a number or word; those need no telling apart. */
function kindOf(text: string): string {
  const first = /[^ \t\r\n]/.exec(text)?.[0] ?? "";
  return '{["'.includes(first) ? first : "other";
}
