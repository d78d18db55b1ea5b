import { planRepair, type RepairPlan } from "../check/repair.js";
import type { CheckOptions } from "../check/run.js";
import { SessionsError } from "../errors.js";
import { requireUnchanged } from "./csv-reading.js";
import type { CsvSource } from "./csv-source.js";
import { FindingCounter, type FindingTally } from "./repair-findings.js";
import { countedOutput, proveRepair, type RepairProof } from "./repair-proof.js";

/** A file that is to be repaired, open; `CsvSource` that belongs to no file can only be read. */
export interface RepairInput {
  readonly source: CsvSource;
  /** How errors name it. */
  readonly location: string;
  /** An older copy to take values from, open. */
  readonly backup?: { readonly source: CsvSource; readonly location: string };
}

export interface RepairSettings {
  /** Makes lossy fixes too. */
  readonly lossy: boolean;
  readonly onRead?: ((done: number, total: number) => void) | undefined;
}

/** A repair that is planned and shown to leave no byte out; nothing is written yet. */
export interface PreparedRepair {
  readonly input: RepairInput;
  readonly plan: RepairPlan;
  readonly proof: RepairProof;
  readonly findings: readonly FindingTally[];
}

/**
 * Plans a repair of an open file. Writes nothing and takes no lock; reads the file several times.
 *
 * STORE_CHANGED: the file, or the older copy, changed meanwhile. Any other error than a SessionsError is a mistake in the
 * plan, by which nothing may be written.
 *
 * @param makePlan tests give their own
 */
export function prepareRepair(
  input: RepairInput,
  { lossy, onRead }: RepairSettings,
  makePlan: typeof planRepair = planRepair,
): PreparedRepair {
  const counter = new FindingCounter();
  const options: CheckOptions & { readonly backup?: CsvSource } = {
    lossy,
    ...(onRead === undefined ? {} : { onRead }),
    ...(input.backup === undefined ? {} : { backup: input.backup.source }),
  };
  return whileUnchanged(input, () => {
    const plan = makePlan(input.source, options, counter);
    const proof = proveRepair(plan);
    return { input, plan, proof, findings: counter.tallies() };
  });
}

/**
 * The repaired file in pieces, each valid until the next one; a file that needs no repair byte for byte.
 *
 * @throws SessionsError STORE_CHANGED at the latest at the end, where the input changed meanwhile
 */
export function* repairedPieces({ input, plan, proof }: PreparedRepair): Generator<Uint8Array> {
  yield* whileUnchangedEach(input, plan.isIdentity ? allOf(input.source) : countedOutput(plan, proof));
}

/**
 * Hands on what is made by reading the input.
 *
 * @throws SessionsError STORE_CHANGED at the latest at the end, where the input changed meanwhile
 */
export function* whileUnchangedEach<T>(input: RepairInput, made: Iterable<T>): Generator<T> {
  try {
    yield* made;
  } catch (error) {
    if (!(error instanceof SessionsError)) requireUnchangedInput(input);
    throw error;
  }
  requireUnchangedInput(input);
}

const COPY_BYTES = 1024 * 1024;

/** All bytes of a source, in pieces that are valid until the next one. @throws Error where it ends early */
export function* allOf(source: CsvSource): Generator<Uint8Array> {
  const buffer = Buffer.allocUnsafe(Math.min(COPY_BYTES, Math.max(1, source.byteLength)));
  for (let at = 0; at < source.byteLength;) {
    const count = source.readAt(buffer, at);
    if (count === 0) throw new Error(`The input ends at byte ${at} of ${source.byteLength}`);
    yield buffer.subarray(0, count);
    at += count;
  }
}

/** A file that shrinks or changes under its reader may look like a mistake of ours; then the change is what is told. */
function whileUnchanged<T>(input: RepairInput, work: () => T): T {
  let result: T;
  try {
    result = work();
  } catch (error) {
    if (!(error instanceof SessionsError)) requireUnchangedInput(input);
    throw error;
  }
  requireUnchangedInput(input);
  return result;
}

/** @throws SessionsError STORE_CHANGED */
function requireUnchangedInput({ source, location, backup }: RepairInput): void {
  requireUnchanged(source, { location });
  if (backup !== undefined) requireUnchanged(backup.source, { location: backup.location });
}
