// What must hold for every input, whatever happened to it.
import { isDeepStrictEqual } from "node:util";
import type { Diagnostic } from "../../../src/check/diagnostic.js";
import { planRepair, type RepairPlan } from "../../../src/check/repair.js";
import type { ByteSource } from "../../../src/check/byte-source.js";
import { checkCsv } from "../../../src/check/run.js";
import { memorySource } from "../../../src/store/csv-source.js";
import { COLUMNS, type Row } from "../damage/session.js";
import { readOutput, type LooseRow } from "../score.js";

/** The file as it was. */
export interface Original {
  readonly header: string;
  /** Each row's text, its line end included, and its values. */
  readonly lines: readonly { readonly text: string; readonly values: Row }[];
  /** Only little things happened, so that no row may hold values of two. */
  readonly isApart: boolean;
}

export interface Breach {
  readonly law: string;
  readonly detail: string;
}

class Broken extends Error {
  readonly law: string;
  constructor(law: string, detail: string) {
    super(detail);
    this.law = law;
  }
}

function must(holds: boolean, law: string, detail: () => string): void {
  if (!holds) throw new Broken(law, detail());
}

/** The first law that a check or repair of these bytes breaks. `original` is undefined for bytes of another origin. */
export function breachOf(bytes: Buffer, original: Original | undefined, slowMilliseconds = 1000): Breach | undefined {
  let milliseconds = Infinity;
  // The first time the code is not compiled yet.
  for (let attempt = 0; attempt < 3 && milliseconds > slowMilliseconds; attempt += 1) {
    try {
      milliseconds = Math.min(milliseconds, holdLaws(bytes, original));
    } catch (error) {
      if (error instanceof Broken) return { law: error.law, detail: error.message };
      return { law: "never throws", detail: error instanceof Error ? (error.stack ?? error.message) : String(error) };
    }
  }
  return milliseconds > slowMilliseconds ? { law: "is fast", detail: `${milliseconds.toFixed(0)} ms` } : undefined;
}

/** @returns how much processor time a repair takes, in milliseconds; what other programs do meanwhile says nothing about it */
function holdLaws(bytes: Buffer, original: Original | undefined): number {
  const start = process.cpuUsage();
  const diagnostics: Diagnostic[] = [];
  const plan = planRepair(memorySource(bytes), {}, { onDiagnostic: (diagnostic) => diagnostics.push(diagnostic) });
  const output = Buffer.concat([...plan.output()].map((piece) => Buffer.from(piece)));
  const { user, system } = process.cpuUsage(start);
  // Some files are enough for what costs another pass.
  if (bytes.length % 4 === 0) sameDiagnostics(bytes, diagnostics, plan);
  if (bytes.length % 16 === 1) readsAnySource(bytes, diagnostics);
  accountsForBytes(bytes, plan, output);
  isStable(output, plan);
  const rows = rowsOf(output);
  if (rows !== undefined) {
    const { kept, healed } = plan.records;
    must(
      rows.length === kept + healed,
      "counts its records",
      () => `${rows.length} rows, ${kept} kept, ${healed} healed`,
    );
  }
  if (original !== undefined) {
    must(rows !== undefined, "writes CSV", () => output.toString().slice(0, 500));
    inventsNothing(bytes, rows ?? [], original);
    keepsUntouched(bytes, rows ?? [], original);
  }
  return (user + system) / 1000;
}

function rowsOf(output: Buffer): LooseRow[] | undefined {
  try {
    return readOutput(output);
  } catch {
    return undefined;
  }
}

/** Validate and repair find the same, and count it. */
function sameDiagnostics(bytes: Buffer, found: readonly Diagnostic[], plan: RepairPlan): void {
  const others: Diagnostic[] = [];
  const listener = { onDiagnostic: (diagnostic: Diagnostic) => others.push(diagnostic) };
  const summary = checkCsv(memorySource(bytes), listener);
  sameList(found, others, "repair finds what validate finds");
  const errors = found.filter(({ severity }) => severity === "error").length;
  must(errors === summary.errors, "counts its errors", () => `${errors} told, ${summary.errors} counted`);
  must(isDeepStrictEqual(new Map(plan.counts), new Map(summary.counts)), "counts by code alike", () =>
    JSON.stringify([[...plan.counts], [...summary.counts]]),
  );
  const isSpotless = summary.errors === 0 && summary.warnings === 0;
  must(!isSpotless || plan.isIdentity, "changes nothing without a word", () => "no diagnostics, but changes");
}

function sameList(found: readonly Diagnostic[], others: readonly Diagnostic[], law: string): void {
  const first = found.findIndex((diagnostic, place) => !isDeepStrictEqual(diagnostic, others[place]));
  const place = first < 0 ? Math.min(found.length, others.length) : first;
  const tell = () =>
    [found, others].map((list) => JSON.stringify(list.slice(place)[0] ?? "none").slice(0, 300)).join(" and ");
  must(first < 0 && found.length === others.length, law, tell);
}

/** The pieces in which the bytes come do not show. */
function readsAnySource(bytes: Buffer, found: readonly Diagnostic[]): void {
  const others: Diagnostic[] = [];
  checkCsv(inPieces(bytes), { onDiagnostic: (diagnostic) => others.push(diagnostic) });
  sameList(found, others, "reads what comes in pieces");
}

/** A source that gives few bytes at a time, as a pipe does. */
function inPieces(bytes: Buffer): ByteSource {
  const size = 1 + (bytes.length % 997);
  return {
    byteLength: bytes.length,
    readAt: (target, byteOffset) => bytes.copy(target, 0, byteOffset, Math.min(bytes.length, byteOffset + size)),
  };
}

/** The segments are the content, and the output is what they say. */
function accountsForBytes(bytes: Buffer, plan: RepairPlan, output: Buffer): void {
  let at = 0;
  const pieces: Uint8Array[] = [];
  for (const segment of plan.segments()) {
    must(
      segment.byteOffset === at && segment.byteLength >= 0,
      "accounts for every byte",
      () => `${JSON.stringify(segment)} at ${at}`,
    );
    at += segment.byteLength;
    if (segment.kind === "kept") pieces.push(Buffer.from(plan.read(segment.byteOffset, segment.byteLength)));
    if (segment.kind === "healed") pieces.push(segment.bytes);
  }
  must(at === plan.content.byteLength, "accounts for every byte", () => `${at} of ${plan.content.byteLength}`);
  must(Buffer.concat(pieces).equals(output), "writes what its segments say", () => output.toString().slice(0, 300));
  must(!plan.isIdentity || output.equals(bytes), "is the identity where it says so", () =>
    output.toString().slice(0, 300),
  );
}

/** What a repair wrote, another finds in order, but for what only a person can decide. */
function isStable(output: Buffer, plan: RepairPlan): void {
  const left: Diagnostic[] = [];
  const again = planRepair(memorySource(output), {}, { onDiagnostic: (diagnostic) => left.push(diagnostic) });
  const errors = left.filter(({ severity }) => severity === "error");
  const tell = () => JSON.stringify(errors.slice(0, 3)).slice(0, 600);
  must(again.isIdentity, "repairs once for all", tell);
  must(
    errors.length <= plan.unresolved,
    "leaves no errors but those it names",
    () => `${errors.length}, named ${plan.unresolved}: ${tell()}`,
  );
}

const TIMES: readonly string[] = ["created_at", "last_activity"];
const JSONS: readonly string[] = ["pending_approval", "metadata"];

const letters = (text: string): string => text.replace(/[^0-9A-Za-z]/g, "");
const PYTHON_WORDS: Readonly<Record<string, string>> = { True: "true", False: "false", None: "null" };
/** Without escapes too, which a line break becomes or stands in, and Python's literals as JSON has them. */
const lettersOfJson = (text: string): string =>
  text
    .replace(/\\x(?=[0-9a-fA-F]{2})/g, "\\u00")
    .replace(/\b(?:True|False|None)\b/g, (word) => PYTHON_WORDS[word] ?? word)
    .replace(/\\+[\r\n]*[nrtbf]?|\b[bu](?=['"])|[^0-9A-Za-z]/g, "");

/** The digits stand in the input, whatever is between them; where a time has an offset, those behind the hour. */
function standsAsTime(value: string, input: string): boolean {
  const digits = (text: string): string => text.replace(/\D/g, "");
  const told = value.replace(/\.?0+$/, "");
  if (digits(input).includes(digits(told))) return true;
  return /\d[+-]\d\d(?!\d*-)/.test(input) && digits(input).includes(digits(told.slice("2025-01-01T00".length)));
}

/** Every value stands in the input, but for what divides it; and where rows stay apart, in one row. */
function inventsNothing(bytes: Buffer, rows: readonly LooseRow[], { lines, isApart }: Original): void {
  const text = bytes.toString("latin1");
  const input = letters(text);
  const inputOfJson = lettersOfJson(text);
  for (const row of rows) {
    for (const name of COLUMNS) {
      const value = row[name] ?? "";
      if (/^\s*\{\s*\}\s*$/.test(value) || /[^ -~\s]/.test(value)) continue;
      const stands = JSONS.includes(name)
        ? inputOfJson.includes(lettersOfJson(value)) || input.includes(letters(value.replace(/\\+[nrtbf]?/g, "")))
        : TIMES.includes(name)
          ? standsAsTime(value, text)
          : input.includes(letters(value));
      must(
        stands,
        TIMES.includes(name) ? "invents no times" : "invents nothing",
        () => `${name} ${JSON.stringify(value)}`,
      );
    }
  }
  if (isApart) mixesNothing(rows, lines);
}

/** A row with one session's id has no other session's values. */
function mixesNothing(rows: readonly LooseRow[], lines: Original["lines"]): void {
  const byId = new Map(lines.map(({ values }) => [values.session_id, values]));
  for (const name of ["user_id", "thread_id", "created_at", "last_activity"] as const) {
    const owners = new Map(lines.map(({ values }) => [values[name], values.session_id]));
    for (const row of rows) {
      const own = byId.get(row["session_id"] ?? "");
      const owner = owners.get(row[name] ?? "");
      const isMixed = own !== undefined && owner !== undefined && row[name] !== own[name];
      must(!isMixed, "mixes no rows", () => `${name} of ${String(owner)} in ${JSON.stringify(row).slice(0, 300)}`);
    }
  }
}

/** Rows whose lines nothing happened to, beneath a header that is whole, are back. */
function keepsUntouched(bytes: Buffer, rows: readonly LooseRow[], { header, lines }: Original): void {
  const input = bytes.toString("latin1");
  if (!input.startsWith(header)) return;
  const back = new Map(rows.map((row) => [row["session_id"], row]));
  for (const { text, values } of lines) {
    const raw = Buffer.from(text).toString("latin1");
    const at = input.indexOf(`\n${raw}`);
    // Where its id stands elsewhere too, another version of it may be the right one.
    if (at < 0 || countOf(input, values.session_id) !== 1) continue;
    const row = back.get(values.session_id);
    must(row !== undefined, "keeps untouched rows", () => `${values.session_id} is lost`);
    const changed = COLUMNS.filter((name) => row?.[name] !== values[name]);
    must(changed.length === 0, "keeps untouched rows", () => `${values.session_id} has another ${changed.join(", ")}`);
  }
}

function countOf(text: string, part: string): number {
  let count = 0;
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + 1)) count += 1;
  return count;
}
