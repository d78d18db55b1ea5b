// Numbered cases of random harm, each held against the laws.
import type { Random } from "../../../src/demo/random.js";
import { drawCompound, KINDS, makeCase, randomOf, Unsuitable } from "../damage/index.js";
import { Draft, inQuotes } from "../damage/draft.js";
import type { BaseOptions } from "../damage/session.js";
import { breachOf, type Breach, type Original } from "./laws.js";
import { mutate } from "./mutate.js";

export interface FuzzSettings {
  readonly seed: number;
  /** Only this law. */
  readonly law: string;
}

export interface FuzzCase {
  readonly bytes: Buffer;
  readonly original: Original | undefined;
}

export interface Failure extends Breach {
  readonly number: number;
  readonly bytes: Uint8Array;
  readonly shrunk: Uint8Array;
}

/** A case by its number: a valid file with random harm, or one of the kinds of damage with some more. */
export function drawCase(number: number, seed: number): FuzzCase {
  const random = randomOf(`fuzz ${seed} ${number}`);
  if (random.chance(0.3)) {
    const bytes = damaged(random);
    if (bytes !== undefined)
      return { bytes: random.chance(0.5) ? mutate(random, bytes, "blocks") : bytes, original: undefined };
  }
  const isApart = random.chance(0.5);
  const { bytes, original } = drawFile(random, isApart);
  return { bytes: mutate(random, bytes, isApart ? "edits" : "blocks"), original };
}

function damaged(random: Random): Buffer | undefined {
  const kind = KINDS[random.below(KINDS.length)];
  const kinds = random.chance(0.5) || kind === undefined ? drawCompound(random) : [kind];
  try {
    return makeCase(kinds, random.uint32(), { rows: [3, 8] }, true).bytes;
  } catch (error) {
    if (error instanceof Unsuitable) return undefined;
    throw error;
  }
}

function drawFile(random: Random, isApart: boolean): { bytes: Buffer; original: Original } {
  const options: BaseOptions = {
    rows: [5, 30],
    ids: random.chance(0.2) ? "short" : "uuid",
    lineEnd: random.chance(0.3) ? "\n" : "\r\n",
    rawUnicode: random.chance(0.2),
    micros: random.pick(["mixed", "mixed", "none"] as const),
  };
  const draft = new Draft(random, options);
  if (random.chance(0.15)) draft.dialect = { ...draft.dialect, field: (text) => inQuotes(text) };
  const { bytes, spans } = draft.rendered;
  const lines = spans.map(({ row, start, next }) => ({
    text: bytes.toString("utf8", start, next),
    values: draft.valuesOf(row),
  }));
  const header = bytes.toString("utf8", 0, spans[0]?.start ?? bytes.length);
  return { bytes, original: { header, lines, isApart } };
}

/** How many breaches of each law have been shrunk; the first few are enough. */
const shrunkOf = new Map<string, number>();

/** Runs a case; a breach is shrunk to fewer bytes that break the same law. */
export function runCase(number: number, settings: FuzzSettings): Failure | undefined {
  const { bytes, original } = drawCase(number, settings.seed);
  const breach = breachOf(bytes, original);
  if (breach === undefined || !breach.law.includes(settings.law)) return undefined;
  const isKnown = (shrunkOf.get(breach.law) ?? 0) >= 3 || breach.law === "is fast";
  shrunkOf.set(breach.law, (shrunkOf.get(breach.law) ?? 0) + 1);
  const shrunk = isKnown ? bytes : shrink(bytes, (fewer) => breachOf(fewer, original)?.law === breach.law);
  return { ...breach, ...(breachOf(shrunk, original) ?? breach), number, bytes, shrunk };
}

/** Takes out lines, then runs of bytes, as long as the failure stays. */
function shrink(bytes: Buffer, fails: (fewer: Buffer) => boolean): Buffer {
  const deadline = performance.now() + 3000;
  let best = bytes;
  for (const pattern of [/[^\n]*\n|[^\n]+$/g, /[^,]*,|[^,]+$/g, /.{1,8}/gs, /./gs]) {
    let parts: string[] = best.toString("latin1").match(pattern) ?? [];
    for (let size = parts.length >> 1; size > 0; size >>= 1) {
      for (let at = 0; at < parts.length && performance.now() < deadline;) {
        const fewer = [...parts.slice(0, at), ...parts.slice(at + size)];
        if (fails(Buffer.from(fewer.join(""), "latin1"))) parts = fewer;
        else at += size;
      }
    }
    best = Buffer.from(parts.join(""), "latin1");
  }
  return best;
}
