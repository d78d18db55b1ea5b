import path from "node:path";
import { checkCsv, type CheckSummary } from "../check/run.js";
import { SessionsError } from "../errors.js";
import { openSnapshot } from "../storage/snapshot.js";
import { requireUnchanged } from "../store/csv-reading.js";
import { memorySource, type CsvSource } from "../store/csv-source.js";
import type { CliContext } from "./context.js";
import { explained } from "./explain-error.js";
import { openExisting } from "./explain-missing-file.js";
import { readStandardInput, requireFile, STANDARD_INPUT, STANDARD_INPUT_NAME } from "./open-store.js";
import type { PieceWriter } from "./piece-writer.js";
import { isValid, type DiagnosticsReport, type ReportOptions } from "./render/diagnostics-report.js";
import { errorText } from "./report-error.js";

/**
 * Checks files one after another and reports what is found. A file that cannot be opened, or that changes while it is read,
 * does not keep the others from being checked: what is wrong with it is said on stderr.
 *
 * @param files as they were named; `-` is standard input
 * @returns whether all files are valid
 * @throws SessionsError of the last file that could not be checked, when the others were; any other failure at once
 */
export async function checkFiles(
  context: CliContext,
  files: readonly string[],
  report: DiagnosticsReport,
  writer: PieceWriter,
  options: Pick<ReportOptions, "isStrict">,
): Promise<boolean> {
  const failures: SessionsError[] = [];
  let areValid = true;
  for (const file of files) {
    const location = path.resolve(context.workingDirectory, file);
    const source = await openSource(context, file, location).catch(collectIn(failures));
    if (source === undefined) continue;
    try {
      const isFileValid = isValid(checkSource(context, file, source, report), options);
      areValid &&= isFileValid;
      await writer.flush();
      requireUnchanged(source, { location });
    } catch (error) {
      if (!(error instanceof SessionsError && error.code === "STORE_CHANGED")) throw error;
      failures.push(error);
    } finally {
      source.close();
    }
  }
  report.finish();
  await writer.flush();
  await throwLast(context, failures);
  return areValid;
}

function collectIn(failures: SessionsError[]): (error: unknown) => undefined {
  return (error) => {
    if (!(error instanceof SessionsError)) throw error;
    failures.push(error);
  };
}

function checkSource({ onRead }: CliContext, file: string, source: CsvSource, report: DiagnosticsReport): CheckSummary {
  const check = (onDiagnostic: DiagnosticsReport["finding"]): CheckSummary =>
    checkCsv(source, { onDiagnostic }, onRead === undefined ? {} : { onRead });
  report.beginFile({
    path: file === STANDARD_INPUT ? STANDARD_INPUT_NAME : file,
    source,
    again: (onDiagnostic) => void check(onDiagnostic),
  });
  const summary = check((diagnostic) => report.finding(diagnostic));
  report.endFile(summary);
  return summary;
}

async function openSource(context: CliContext, file: string, location: string): Promise<CsvSource> {
  if (file === STANDARD_INPUT) return memorySource(await readStandardInput(context));
  requireFile(file);
  return openExisting(context, () => openSnapshot(location));
}

async function throwLast({ stderr }: CliContext, failures: readonly SessionsError[]): Promise<void> {
  for (const failure of failures.slice(0, -1)) await stderr.write(await errorText(await explained(failure), stderr));
  const last = failures.at(-1);
  if (last !== undefined) throw last;
}
