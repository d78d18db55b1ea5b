// What a careful person could still read off a damaged file, a repair recovers, and it makes nothing up.
import { describe, expect, test } from "vitest";
import { Random } from "../../src/demo/random.js";
import { drawCompound, KINDS, makeCase, nameOf, Unsuitable, type Case } from "./damage/index.js";
import { examine } from "./examine.js";

/** Kinds of which not all comes back yet, and why; they must not crash, and what is valid stays as it is. */
const LIMITS: ReadonlyMap<string, string> = new Map([
  ["torn/appended-behind-torn-row", "hexadecimal digits before a UUID may be a part of it"],
  ["nul_bits/nul-inserted-at-delimiters", "a NUL byte behind an id may stand for a character"],
  ["nul_bits/nul-replaced-in-id", "a short id without its NUL byte may be an id"],
  ["nul_bits/flip-comma", "not all fields beside a lost comma are located"],
  ["encoding/cut-character", "not all fields beside a cut character are located"],
  ["json/raw-crlf-in-string", "a break of two characters is kept as the two that stand there"],
  ["paste/quoted-printable", "an encoding of mail"],
  ["dialect/markdown", "bars within values are escaped with backslashes"],
  ["dialect/markdown-tight", "bars within values are escaped with backslashes"],
  ["dialect/mysql-batch", "doubled backslashes may be meant"],
  ["dialect/rows-in-single-quotes", "records in single quotes"],
]);

const SEEDS = [1, 2];
const COMPOUNDS = 100;

/** What is wrong with the repair of a file. Kinds beyond the call may be set aside whole. */
function faultsOf(example: Case, asksForFields = true): readonly string[] {
  const { score, crash, isVerdictRight, isUnchanged } = examine(example);
  if (score === undefined) return [crash ?? "no score"];
  const faults: string[] = [];
  if (score.invented + score.duplicates > 0) faults.push(...score.notes);
  if (example.truth.mustRoundtrip && !isUnchanged) faults.push("is changed, although it is valid");
  if (example.isStretch) return faults;
  if (!isVerdictRight) faults.push(`should be ${example.truth.verdict}`);
  const lacksFields = asksForFields && score.knownRight < score.known;
  if (score.recovered < score.recoverable || lacksFields) faults.push(...score.notes);
  return faults;
}

const families = [...new Set(KINDS.map(({ family }) => family))];

describe.each(families)("%s:", (family) => {
  const kinds = KINDS.filter((kind) => kind.family === family).map((kind) => [kind.name, kind] as const);

  const complete = kinds.filter(([, kind]) => !LIMITS.has(nameOf(kind)));
  const limited = kinds.filter(([, kind]) => LIMITS.has(nameOf(kind)));

  test.each(complete)("%s", (_name, kind) => {
    for (const seed of SEEDS) expect(faultsOf(makeCase([kind], seed)), `seed ${seed}`).toEqual([]);
  });

  if (limited.length > 0) {
    test.each(limited)("%s does not crash", (_name, kind) => {
      for (const seed of SEEDS) expect(examine(makeCase([kind], seed)).crash, LIMITS.get(nameOf(kind))).toBeUndefined();
    });
  }
});

test("two kinds of damage in one file", () => {
  const random = new Random(7);
  for (let seed = 1; seed <= COMPOUNDS; seed += 1) {
    const kinds = drawCompound(random);
    try {
      if (kinds.some((kind) => LIMITS.has(nameOf(kind)))) continue;
      const example = makeCase(kinds, seed);
      expect(faultsOf(example, false), `${kinds.map(nameOf).join(" + ")}, seed ${seed}`).toEqual([]);
    } catch (error) {
      if (!(error instanceof Unsuitable)) throw error;
    }
  }
});

test("the same seed makes the same file", () => {
  for (const kind of KINDS) expect(makeCase([kind], 3).bytes, nameOf(kind)).toEqual(makeCase([kind], 3).bytes);
});
