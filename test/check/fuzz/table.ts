// What is recovered of each kind of damage.
import { Random } from "../../../src/demo/random.js";
import { drawCompound, KINDS, makeCase, nameOf, Unsuitable, type Case, type Kind } from "../damage/index.js";
import { examine } from "../examine.js";

export interface TableSettings {
  /** Files of each kind. */
  readonly files: number;
  readonly compounds: number;
  readonly seed: number;
  /** Only kinds whose names hold this text. */
  readonly only: string;
}

interface Plan {
  readonly kinds: readonly Kind[];
  readonly seed: number;
}

/** What is counted of one file, or of many. */
export interface Counts {
  cases: number;
  recoverable: number;
  recovered: number;
  known: number;
  knownRight: number;
  invented: number;
  duplicates: number;
  stale: number;
  crashes: number;
  wrongVerdicts: number;
  changed: number;
  milliseconds: number;
}

export interface TableResult {
  readonly name: string;
  readonly number: number;
  readonly seed: number;
  readonly isStretch: boolean;
  readonly counts: Counts;
  readonly notes: readonly string[];
}

let plans: { readonly key: string; readonly list: readonly Plan[] } | undefined;

/** All files of a table, in their order. */
export function plansOf(settings: TableSettings): readonly Plan[] {
  const key = JSON.stringify(settings);
  if (plans?.key !== key) plans = { key, list: drawPlans(settings) };
  return plans.list;
}

function drawPlans({ files, compounds, seed, only }: TableSettings): Plan[] {
  const seeds = Array.from({ length: files }, (_, file) => seed + file);
  const kinds = KINDS.filter((kind) => nameOf(kind).includes(only));
  const random = new Random(seed);
  const pairs = Array.from({ length: compounds }, (_, file) => ({ kinds: drawCompound(random), seed: seed + file }));
  return [
    ...kinds.flatMap((kind) => seeds.map((each) => ({ kinds: [kind], seed: each }))),
    ...pairs.filter((pair) => pair.kinds.map(nameOf).join(" + ").includes(only)),
  ];
}

export function caseOf(settings: TableSettings, number: number): Case {
  const { kinds, seed } = plansOf(settings)[number] ?? { kinds: [], seed: 0 };
  return makeCase(kinds, seed);
}

/** Some kinds cannot befall the same file. */
function caseThatSuits(settings: TableSettings, number: number): Case | undefined {
  try {
    return caseOf(settings, number);
  } catch (error) {
    if (error instanceof Unsuitable) return undefined;
    throw error;
  }
}

export function tabulate(number: number, settings: TableSettings): TableResult | undefined {
  const example = caseThatSuits(settings, number);
  if (example === undefined) return undefined;
  const { score, crash, isVerdictRight, isUnchanged, milliseconds } = examine(example);
  const seed = plansOf(settings)[number]?.seed ?? 0;
  const counts = { ...noCounts(), cases: 1, milliseconds };
  const notes: string[] = [];
  if (crash !== undefined || score === undefined) {
    counts.crashes = 1;
    counts.recoverable = example.truth.rows.filter(({ status }) => status === "exact").length;
    notes.push(crash ?? "no score");
  } else {
    const { notes: more, ...scored } = score;
    Object.assign(counts, scored);
    if (!isVerdictRight) {
      counts.wrongVerdicts = 1;
      notes.push(`should be ${example.truth.verdict}`);
    }
    if (example.truth.mustRoundtrip && !isUnchanged) {
      counts.changed = 1;
      notes.push("is changed, although it is valid");
    }
    notes.push(...more);
  }
  return { name: example.name, number, seed, isStretch: example.isStretch, counts, notes };
}

/** What counts for a file whose check does not end. */
export function endless(number: number, settings: TableSettings): TableResult {
  const example = caseOf(settings, number);
  const recoverable = example.truth.rows.filter(({ status }) => status === "exact").length;
  const counts = { ...noCounts(), cases: 1, crashes: 1, recoverable };
  const seed = plansOf(settings)[number]?.seed ?? 0;
  return { name: example.name, number, seed, isStretch: example.isStretch, counts, notes: ["does not end"] };
}

function noCounts(): Counts {
  return {
    cases: 0,
    recoverable: 0,
    recovered: 0,
    known: 0,
    knownRight: 0,
    invented: 0,
    duplicates: 0,
    stale: 0,
    crashes: 0,
    wrongVerdicts: 0,
    changed: 0,
    milliseconds: 0,
  };
}

export function isFaultless(counts: Counts): boolean {
  const { recovered, recoverable, known, knownRight, invented, duplicates, crashes, wrongVerdicts, changed } = counts;
  return (
    recovered === recoverable && known === knownRight && invented + duplicates + crashes + wrongVerdicts + changed === 0
  );
}

interface Line {
  readonly name: string;
  readonly isStretch: boolean;
  readonly counts: Counts;
}

/** The table's text: kinds that have a fault, or all, and the sums of the families. */
export function tableOf(results: readonly TableResult[], showAll: boolean): string[] {
  const names = new Map<string, TableResult[]>();
  for (const result of results) names.set(result.name, [...(names.get(result.name) ?? []), result]);
  const lines = [...names].map(([name, files]) => ({
    name,
    isStretch: files.some(({ isStretch }) => isStretch),
    counts: sum(files),
  }));
  const core = lines.filter(({ isStretch }) => !isStretch);
  const families = [...new Set(core.map(({ name }) => familyOf(name)))];
  const total = (name: string, members: readonly Line[]) => show(name, sum(members));
  const titles = ["recovered", "partial", "invented", "twice", "stale", "crashes", "verdict", "changed", "ms"];
  return [
    textOf("kind (~ beyond the call)", titles),
    ...lines
      .filter(({ counts }) => showAll || !isFaultless(counts))
      .map(({ name, isStretch, counts }) => show((isStretch ? "~" : " ") + name, counts)),
    "-".repeat(150),
    ...families.map((family) =>
      total(
        family,
        core.filter(({ name }) => familyOf(name) === family),
      ),
    ),
    total("ALL (without ~)", core),
    total(
      "BEYOND (~)",
      lines.filter(({ isStretch }) => isStretch),
    ),
    `${core.filter(({ counts }) => isFaultless(counts)).length} of ${core.length} kinds without a fault, ${results.length} files`,
  ];
}

function sum(parts: readonly { readonly counts: Counts }[]): Counts {
  const total = noCounts();
  for (const { counts } of parts) {
    for (const key of Object.keys(counts) as (keyof Counts)[]) {
      total[key] = key === "milliseconds" ? Math.max(total[key], counts[key]) : total[key] + counts[key];
    }
  }
  return total;
}

function show(name: string, counts: Counts): string {
  const { invented, duplicates, stale, crashes, wrongVerdicts, changed } = counts;
  const texts = [invented, duplicates, stale, crashes, wrongVerdicts, changed].map((count) =>
    count === 0 ? "." : String(count),
  );
  const shares = [percent(counts.recovered, counts.recoverable), percent(counts.knownRight, counts.known)];
  return textOf(name, [...shares, ...texts, counts.milliseconds.toFixed(0)]);
}

function textOf(name: string, texts: readonly string[]): string {
  return [name.padEnd(60), ...texts.map((text) => text.padStart(9))].join(" ");
}

function percent(part: number, whole: number): string {
  return whole === 0 ? "-" : `${((100 * part) / whole).toFixed(1)}%`;
}

function familyOf(name: string): string {
  return name.includes(" + ") ? "compound" : (name.split("/")[0] ?? "");
}
