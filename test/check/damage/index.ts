import { Random } from "../../../src/demo/random.js";
import { CONTAINER } from "./container.js";
import { DIALECT } from "./dialect.js";
import { Draft, Unsuitable, type Truth } from "./draft.js";
import { ENCODING } from "./encoding.js";
import { HEADER } from "./header.js";
import { IDENT } from "./ident.js";
import { JSON_KINDS } from "./json.js";
import type { Kind } from "./kind.js";
import { LINES } from "./lines.js";
import { NUL_BITS } from "./nul-bits.js";
import { PASTE } from "./paste.js";
import { QUOTES } from "./quotes.js";
import type { BaseOptions } from "./session.js";
import { TIME } from "./time.js";
import { TORN } from "./torn.js";
import { VALID } from "./valid.js";

export { Unsuitable, type Kind };

/** All kinds but compounds. */
export const KINDS: readonly Kind[] = [
  ...TORN,
  ...NUL_BITS,
  ...ENCODING,
  ...LINES,
  ...HEADER,
  ...QUOTES,
  ...JSON_KINDS,
  ...TIME,
  ...IDENT,
  ...PASTE,
  ...DIALECT,
  ...CONTAINER,
  ...VALID,
];

export interface Case {
  /** Names of the kinds, family first. */
  readonly name: string;
  readonly bytes: Buffer;
  readonly truth: Truth;
  /** The kind, or one of the compound's, is beyond what a repair has to know. */
  readonly isStretch: boolean;
}

export function nameOf(kind: Kind): string {
  return `${kind.family}/${kind.name}`;
}

const STAGES = ["values", "text", "file", "bytes"] as const;

/**
 * A file that came to harm in these ways, one after the other; the seed decides everything. Throws where no file suits.
 *
 * @param isSmall whether the number of rows is that of `base`, whatever the kinds would like
 */
export function makeCase(kinds: readonly Kind[], seed: number, base: BaseOptions = {}, isSmall = false): Case {
  const name = kinds.map(nameOf).join(" + ");
  const ordered = [...kinds].sort((a, b) => STAGES.indexOf(a.stage) - STAGES.indexOf(b.stage));
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const random = randomOf(`${name} ${seed} ${attempt}`);
    const wanted = Object.assign({}, base, ...kinds.map((kind) => kind.base ?? {})) as BaseOptions;
    const merged: BaseOptions = isSmall && base.rows !== undefined ? { ...wanted, rows: base.rows } : wanted;
    const draft = new Draft(random, merged);
    try {
      for (const kind of ordered) kind.apply(draft, random);
      return {
        name,
        bytes: draft.rendered.bytes,
        truth: {
          rows: draft.truth,
          stale: draft.stale,
          verdict: verdictOf(kinds),
          mustRoundtrip: kinds.every((kind) => kind.mustRoundtrip === true),
        },
        isStretch: kinds.some((kind) => kind.isStretch === true),
      };
    } catch (error) {
      if (!(error instanceof Unsuitable)) throw error;
    }
  }
  throw new Unsuitable(`no file suits ${name}`);
}

function verdictOf(kinds: readonly Kind[]): Truth["verdict"] {
  const verdicts = kinds.map((kind) => kind.verdict ?? "invalid");
  if (verdicts.includes("invalid")) return kinds.length === 1 ? "invalid" : "any";
  return verdicts.includes("any") ? "any" : "valid";
}

/** A stream of its own for each text. The first numbers of streams whose seeds are near are alike and are left out. */
export function randomOf(text: string): Random {
  const random = new Random(hash(text));
  for (let skipped = 0; skipped < 4; skipped += 1) random.uint32();
  return random;
}

/** FNV-1a, for seeds that do not depend on where a kind stands in its list. */
function hash(text: string): number {
  let sum = 0x811c_9dc5;
  for (let at = 0; at < text.length; at += 1) sum = Math.imul(sum ^ text.charCodeAt(at), 0x0100_0193);
  return sum >>> 0;
}

/**
 * Two kinds that can befall one file. Those that rewrite all fields, or the bytes, need text that nobody has broken; two of
 * one stage would undo each other, unless they hit single rows.
 */
function canFollow(first: Kind, second: Kind): boolean {
  if (first === second || first.family === "valid" || second.family === "valid") return false;
  if (first.isAlone === true || second.isAlone === true) return false;
  const [a, b] = [STAGES.indexOf(first.stage), STAGES.indexOf(second.stage)];
  if (a > b || (a === b && first.stage !== "values" && first.stage !== "text")) return false;
  if (first.rewrites === true || (second.rewrites === true && first.stage !== "values")) return false;
  if (first.base !== undefined && second.base !== undefined) return false;
  return first.family !== second.family;
}

/** Draws a compound of two kinds. */
export function drawCompound(random: Random): [Kind, Kind] {
  for (;;) {
    const first = KINDS[random.below(KINDS.length)];
    const second = KINDS[random.below(KINDS.length)];
    if (first !== undefined && second !== undefined && canFollow(first, second)) return [first, second];
  }
}
