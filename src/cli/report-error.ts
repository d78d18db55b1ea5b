import type { SessionsError } from "../errors.js";
import type { TextOutput } from "./context.js";
import { exitCodeOf, type ExitCode } from "./exit-codes.js";
import { withStoreNamed } from "./name-store.js";
import { paragraph } from "./notes.js";
import { withoutSecrets } from "./redact.js";
import { findingsJson } from "./render/findings-json.js";
import { count, groupDigits } from "./render/numbers.js";
import { humanDuration } from "./render/time.js";
import { escapeJsonControls, visibleText } from "./render/visible.js";
import { findingLines } from "./report-faults.js";
import { shellQuote } from "./shell-quote.js";

/**
 * An error as a person reads it: what failed on what and why, then what to type next. Hostile text is made visible. On a
 * terminal prose is wrapped between words, and a command to type that does not fit stands whole on a line of its own.
 *
 * @param store what `--store` names
 */
export async function errorText(error: SessionsError, output: TextOutput, store?: string): Promise<string> {
  const { findings = [], findingCount = findings.length, suggestions = [] } = error.details;
  const hint = hintOf(error, store);
  return [
    await paragraph(
      output,
      error.code === "CANCELLED" ? capitalized(`${sentence(error)}.`) : `error: ${sentence(error)}`,
    ),
    isSoleFinding(error) ? "" : findingLines({ count: findingCount, findings }),
    suggestions.length === 0 ? "" : await paragraph(output, `did you mean ${suggestions.join(" or ")}?`, INDENT),
    hint === undefined ? "" : await hintLines(output, hint),
  ].join("");
}

/** The same as one JSON object on one line. @param notes what was said beside it */
export function errorJson(error: SessionsError, notes: readonly string[], store?: string): string {
  const { path, operation, reason, suggestions, findings, findingCount, cause } = error.details;
  const { ids, idCount, repeatedIdCount, holder, waitedMs } = error.details;
  return jsonLine({
    code: error.code,
    exit_code: exitCodeFor(error),
    message: sentence(error),
    path,
    operation,
    reason,
    hint: hintOf(error, store),
    suggestions,
    finding_count: findingCount,
    findings: findings && findingsJson(findings),
    ids,
    id_count: idCount,
    repeated_id_count: repeatedIdCount,
    holder,
    waited_ms: waitedMs,
    system_error: cause instanceof Error ? cause.message : undefined,
    ...(notes.length === 0 ? {} : { notes }),
  });
}

function jsonLine(body: object): string {
  return `${escapeJsonControls(
    JSON.stringify({ error: body }, (_key, value: unknown) =>
      typeof value === "string" ? withoutSecrets(value) : value,
    ),
  )}\n`;
}

const INDENT = "  ";

async function hintLines(output: TextOutput, hint: string): Promise<string> {
  const [, prose, command] = /^(.*?:) ((?:sessions|sed|head|mkdir|rm|ls) .*)$/s.exec(hint) ?? [];
  if (prose === undefined || command === undefined || !output.isTerminal || hint.length + 2 <= output.columns) {
    return paragraph(output, hint, INDENT);
  }
  return `${await paragraph(output, prose, INDENT)}    ${visibleText(withoutSecrets(command))}\n`;
}

/** The one finding is the reason itself, so that it need not be said twice. */
function isSoleFinding({ details: { findings = [], reason } }: SessionsError): boolean {
  return findings.length === 1 && findings[0]?.message === reason;
}

function capitalized(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

/** Below the command line hints are written as sentences; here they go on behind the error. */
function hintOf(error: SessionsError, store: string | undefined): string | undefined {
  // The lock knows nothing of our flags.
  const given = error.code === "STORE_LOCKED" ? undefined : error.details.hint;
  const text = given ?? defaultHint(error);
  const hint = text && withStoreNamed(text, store);
  if (hint === undefined || !/^[A-Z][a-z]/.test(hint)) return hint;
  return `${hint.charAt(0).toLowerCase()}${hint.slice(1)}`;
}

export function exitCodeFor({ code, details }: SessionsError): ExitCode {
  return exitCodeOf(code, details.cause);
}

function sentence(error: SessionsError): string {
  const { code, details } = error;
  const { path = "the file", operation, reason } = details;
  const because = reason === undefined ? "" : `: ${reason}`;
  switch (code) {
    case "USAGE":
      return reason ?? "the command cannot be carried out as it was typed";
    case "SESSION_NOT_FOUND":
      return reason ?? `no such session in ${path}`;
    case "SESSION_AMBIGUOUS":
      return reason ?? "the id fits several sessions";
    case "LIMIT_EXCEEDED":
      return `nothing was changed: ${reason ?? "a limit would be passed"}`;
    case "STORE_NOT_FOUND":
      return details.reason ?? `no such file: ${path}`;
    case "STORE_EXISTS":
      return `${path} exists already; it was left as it is`;
    case "STORE_NOT_A_FILE":
      return operation === undefined
        ? `${path} is not a file that can hold sessions${because}`
        : `cannot ${operation} ${path}${because}`;
    case "STORE_LOCKED": {
      const { holder, waitedMs = 0 } = details;
      const who =
        holder === undefined
          ? "another process"
          : `${holder.command} (process ${holder.pid} on ${holder.host}, since ${holder.since})`;
      return `${path} is locked by ${who}; waited ${humanDuration(waitedMs / 1000)}, nothing was changed`;
    }
    case "STORE_DAMAGED":
      return isSoleFinding(error)
        ? `cannot use ${path}: ${reason ?? ""}; nothing was changed`
        : `${path} is damaged: ${reason ?? "it cannot be read safely"}; nothing was changed`;
    case "STORE_CHANGED":
      return `${path} changed underneath${because}; nothing was changed by this command`;
    case "WRONG_KEY":
      return `cannot decrypt ${path}${because}`;
    case "ENGINE_UNAVAILABLE":
      return reason ?? "the store's engine cannot be reached";
    case "IO_FAILED":
      return `cannot ${operation ?? "use"} ${path}${because || systemReason(details.cause)}`;
    case "DURABILITY_UNKNOWN":
      return `the change to ${path} is written and visible, but the disk did not confirm it${because}`;
    case "CANCELLED":
      return reason ?? "interrupted; nothing was changed";
    case "VALUE_REFUSED":
      return reason ?? "a value cannot stand in this format";
    case "SESSION_CONFLICT": {
      const { ids = [], idCount = ids.length, repeatedIdCount = 0 } = details;
      const thereCount = idCount - repeatedIdCount;
      const parts = [
        `${path} and what comes in have ${count(thereCount, "id")} for different sessions${shownIds(ids.slice(0, thereCount), thereCount)}`,
        `what comes in has itself ${count(repeatedIdCount, "id")} for different sessions${shownIds(ids.slice(thereCount), repeatedIdCount)}`,
      ].slice(thereCount === 0 ? 1 : 0, repeatedIdCount === 0 ? 1 : 2);
      return `${parts.join("; ")}; nothing was changed`;
    }
    case "INPUT_REFUSED":
      return `cannot import ${path}${because}; nothing was changed`;
  }
}

function shownIds(ids: readonly string[], idCount: number): string {
  if (ids.length === 0) return "";
  const shown = ids.slice(0, IDS_SHOWN);
  const more = idCount > shown.length ? ` and ${groupDigits(idCount - shown.length)} more` : "";
  return `: ${shown.map(visibleText).join(", ")}${more}`;
}

const IDS_SHOWN = 10;

function defaultHint({ code, details }: SessionsError): string | undefined {
  const { path = "" } = details;
  const file = shellQuote(path);
  switch (code) {
    case "STORE_NOT_FOUND":
      return `check the path, or make an empty file with: sessions init ${file}`;
    case "STORE_EXISTS":
      return `see what is in it with: sessions -s ${file} stats`;
    case "STORE_NOT_A_FILE":
      return "name a regular file with --store <path>";
    case "STORE_LOCKED":
      return "run the command again when that has ended, or wait longer with --lock-wait 60s";
    case "STORE_DAMAGED":
      return path === "standard input" ? undefined : damageHint(file);
    case "STORE_CHANGED":
      return "stop the program that writes the file without our lock (a bot backend?), then run the command again";
    case "DURABILITY_UNKNOWN":
      return "do not repeat the command; check the disk, then look with: sessions stats";
    case "WRONG_KEY":
      return "give the key with -i <identity file>, --passphrase-file or --passphrase-command";
    case "SESSION_CONFLICT":
      return "say which one counts with --on-conflict newest, skip or replace";
    case "SESSION_NOT_FOUND":
      return "see what is there with: sessions list";
    case "USAGE":
    case "SESSION_AMBIGUOUS":
    case "LIMIT_EXCEEDED":
    case "ENGINE_UNAVAILABLE":
    case "IO_FAILED":
    case "CANCELLED":
    case "VALUE_REFUSED":
    case "INPUT_REFUSED":
      return undefined;
  }
}

function damageHint(file: string): string {
  return `see what is wrong, and what can be got back: sessions repair ${file} --dry-run`;
}

/** In words where Node only quotes the system: `ENOTDIR: not a directory, open '/x'` is `not a directory (ENOTDIR)`. */
function systemReason(cause: unknown): string {
  if (!(cause instanceof Error)) return "";
  const [, code, words] = /^([A-Z0-9]+): (.*?), \w+/.exec(cause.message) ?? [];
  return code === undefined ? `: ${cause.message}` : `: ${words ?? ""} (${code})`;
}

const BUG = "this is a bug in sessions, please report it; files are replaced whole or not at all";

/** A message about a bug of ours, the only one with a stack trace. */
export function bugText(error: unknown): string {
  return `error: ${BUG}\n${withoutSecrets(stackOf(error))}\n`;
}

export function bugJson(error: unknown, notes: readonly string[]): string {
  return jsonLine({ code: "BUG", exit_code: 70, message: BUG, stack: stackOf(error), notes });
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** Names that are worth showing after a count: at most ten. */
export function firstNames(names: readonly string[], noun: string): string {
  const shown = names.slice(0, 10).map(visibleText).join(", ");
  return names.length > 10 ? `${shown} and ${count(names.length - 10, `other ${noun}`)}` : shown;
}
