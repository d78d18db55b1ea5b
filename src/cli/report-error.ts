import type { SessionsError } from "../errors.js";
import { exitCodeOf, type ExitCode } from "./exit-codes.js";
import { count } from "./render/numbers.js";
import { humanDuration } from "./render/time.js";
import { visibleText } from "./render/visible.js";
import { findingLines } from "./report-faults.js";

/** An error as a person reads it: what failed on what and why, then what to type next. Hostile text is made visible. */
export function errorText(error: SessionsError): string {
  const { findings = [], findingCount = findings.length, hint, suggestions = [] } = error.details;
  const help = suggestions.length > 0 ? `did you mean ${suggestions.map(visibleText).join(" or ")}?` : undefined;
  const isRepeated = findings.length === 1 && findings[0]?.message === error.details.reason;
  return [
    `error: ${visibleText(sentence(error))}\n`,
    isRepeated && findings[0]?.line === undefined ? "" : findingLines({ count: findingCount, findings }),
    ...[help, hint ?? defaultHint(error)].map((line) => (line === undefined ? "" : `  ${visibleText(line)}\n`)),
  ].join("");
}

/** The same as one JSON object on one line. */
export function errorJson(error: SessionsError): string {
  const { path, operation, reason, hint, suggestions, findings, findingCount, holder, waitedMs, cause } = error.details;
  const body = {
    code: error.code,
    exit_code: exitCodeFor(error),
    message: sentence(error),
    path,
    operation,
    reason,
    hint: hint ?? defaultHint(error),
    suggestions,
    finding_count: findingCount,
    findings: findings?.map(({ line, byteOffset, message }) => ({ line, byte_offset: byteOffset, message })),
    holder,
    waited_ms: waitedMs,
    system_error: cause instanceof Error ? cause.message : undefined,
  };
  return `${JSON.stringify({ error: body })}\n`;
}

export function exitCodeFor({ code, details }: SessionsError): ExitCode {
  return exitCodeOf(code, details.cause);
}

function sentence({ code, details }: SessionsError): string {
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
      return `${path} is not a file that can hold sessions${because}`;
    case "STORE_LOCKED": {
      const { holder, waitedMs = 0 } = details;
      const who =
        holder === undefined
          ? "another process"
          : `${holder.command} (process ${holder.pid} on ${holder.host}, since ${holder.since})`;
      return `${path} is locked by ${who}; waited ${humanDuration(waitedMs / 1000)}, nothing was changed`;
    }
    case "STORE_DAMAGED":
      return `${path} is damaged: ${reason ?? "it cannot be read safely"}; nothing was changed`;
    case "STORE_CHANGED":
      return `${path} changed underneath${because}; nothing was changed by this command`;
    case "ENGINE_UNAVAILABLE":
      return reason ?? "the store's engine cannot be reached";
    case "IO_FAILED":
      return `cannot ${operation ?? "use"} ${path}${because || systemReason(details.cause)}`;
    case "DURABILITY_UNKNOWN":
      return `the change to ${path} is written and visible, but the disk did not confirm it${because}`;
    case "CANCELLED":
      return reason ?? "interrupted; nothing was changed";
  }
}

function defaultHint({ code, details }: SessionsError): string | undefined {
  const { path = "", findings = [] } = details;
  switch (code) {
    case "STORE_NOT_FOUND":
      return `check the path, or make an empty file with: sessions init ${path}`;
    case "STORE_NOT_A_FILE":
      return "name a regular file with --store <path>";
    case "STORE_LOCKED":
      return "wait for it to end and run the command again, or wait longer with --lock-wait 60s";
    case "STORE_DAMAGED": {
      const line = findings[0]?.line;
      const look = line === undefined ? `head -c 300 ${path} | cat -v` : `sed -n ${line}p ${path} | cat -v`;
      return `look at the place with: ${look}; then mend it in a copy, or put a good copy back, and run the command again`;
    }
    case "STORE_CHANGED":
      return "stop the program that writes the file without our lock (a bot backend?), then run the command again";
    case "DURABILITY_UNKNOWN":
      return "do not repeat the command; check the disk, then look with: sessions stats";
    case "SESSION_NOT_FOUND":
      return "see what is there with: sessions list";
    case "USAGE":
    case "SESSION_AMBIGUOUS":
    case "LIMIT_EXCEEDED":
    case "STORE_EXISTS":
    case "ENGINE_UNAVAILABLE":
    case "IO_FAILED":
    case "CANCELLED":
      return undefined;
  }
}

function systemReason(cause: unknown): string {
  return cause instanceof Error ? `: ${cause.message}` : "";
}

/** The first line of a message about a bug of ours. */
export function bugText(error: unknown): string {
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `error: this is a bug in sessions, please report it. Files are replaced whole or not at all.\n${detail}\n`;
}

/** Names that are worth showing after a count: at most ten. */
export function firstNames(names: readonly string[], noun: string): string {
  const shown = names.slice(0, 10).map(visibleText).join(", ");
  return names.length > 10 ? `${shown} and ${count(names.length - 10, `other ${noun}`)}` : shown;
}
