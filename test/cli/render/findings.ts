import type { Diagnostic, DiagnosticCode } from "../../../src/check/diagnostic.js";
import type { ByteSource } from "../../../src/check/byte-source.js";
import type { CheckSummary } from "../../../src/check/run.js";
import type { CheckedFile, DiagnosticsReport, Print } from "../../../src/cli/render/diagnostics-report.js";
import { memorySource } from "../../../src/store/csv-source.js";

const CONTENT = [
  "session_id,user_id,platform,thread_id,created_at,last_activity,pending_approval,metadata",
  "s1,telegram_1,telegram,t1,2025-09-30T08:00:00,2025-09-30T09:00:00,None,{}",
  "",
  "größe,discord_2,discord,t2,2025-13-30T08:00:00,2025-09-30T09:00:00,,\"{'a': 1}\"",
  "",
].join("\r\n");

/** A finding at the first place of a text in `CONTENT`. */
export function findingAt(text: string, code: DiagnosticCode, more: Partial<Diagnostic> = {}): Diagnostic {
  const before = CONTENT.slice(0, CONTENT.indexOf(text));
  const lineStart = before.lastIndexOf("\n") + 1;
  return {
    code,
    severity: "error",
    line: before.split("\n").length,
    column: Buffer.byteLength(before.slice(lineStart)) + 1,
    byteOffset: Buffer.byteLength(before),
    byteLength: Buffer.byteLength(text),
    text,
    message: `something is wrong with ${code}`,
    outcome: "healed",
    ...more,
  };
}

export const LITERAL = findingAt("None", "json-literal", {
  field: "pending_approval",
  message: "None stands where the field should be empty",
  expected: "",
  fix: { kind: "lossless", edits: [] },
});

export const BLANK: Diagnostic = {
  ...findingAt("\r\ngröße", "blank-line"),
  severity: "warning",
  line: 3,
  column: 1,
  byteLength: 2,
  text: "\r\n",
  message: "a blank line",
  outcome: "dropped",
};

export const MONTH = findingAt("2025-13-30T08:00:00", "timestamp-invalid", {
  field: "created_at",
  message: "there is no month 13",
  outcome: "quarantined",
});

export const PYTHON = findingAt("{'a': 1}", "json-python", {
  field: "metadata",
  message: "str() of a dictionary stands here",
  expected: '{"a": 1}',
  fix: { kind: "lossless", edits: [] },
});

/** What a report prints for files with these findings. */
export function printed(
  createReport: (print: Print) => DiagnosticsReport,
  files: Readonly<Record<string, readonly Diagnostic[]>>,
  content: string | Uint8Array = CONTENT,
): string {
  let text = "";
  const report = createReport((piece) => (text += piece));
  for (const [path, diagnostics] of Object.entries(files)) {
    report.beginFile(checkedFile(path, diagnostics, content));
    for (const diagnostic of diagnostics) report.finding(diagnostic);
    report.endFile(summaryOf(diagnostics, content));
  }
  report.finish();
  return text;
}

function checkedFile(path: string, diagnostics: readonly Diagnostic[], content: string | Uint8Array): CheckedFile {
  return {
    path,
    source: sourceOf(content),
    again: (onDiagnostic) => diagnostics.forEach(onDiagnostic),
  };
}

function summaryOf(diagnostics: readonly Diagnostic[], content: string | Uint8Array): CheckSummary {
  const counts = new Map<DiagnosticCode, number>();
  for (const { code } of diagnostics) counts.set(code, (counts.get(code) ?? 0) + 1);
  const errors = diagnostics.filter(({ severity }) => severity === "error").length;
  return { records: 1204, errors, warnings: diagnostics.length - errors, counts, content: sourceOf(content) };
}

function sourceOf(content: string | Uint8Array): ByteSource {
  return memorySource(Buffer.from(content));
}
