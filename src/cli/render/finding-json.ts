import type { Diagnostic } from "../../check/diagnostic.js";
import { escapeJsonControls } from "./visible.js";

/** A finding as it stands in JSON, all keys always there; the text of a fix is not. Fields are append-only (law 10). */
export function findingObject(diagnostic: Diagnostic): object {
  const { code, severity, line, column, byteOffset, byteLength, field, message, text, expected, fix, outcome } =
    diagnostic;
  return {
    code,
    severity,
    line,
    column,
    byteOffset,
    byteLength,
    field: field ?? null,
    message,
    text,
    expected: expected ?? null,
    fix: fix?.kind ?? null,
    outcome,
  };
}

/** JSON text in one line, without characters that act on a terminal. */
export function jsonText(value: unknown): string {
  return escapeJsonControls(JSON.stringify(value));
}
