import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { copyFileSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { onTestFinished } from "vitest";

const ROOT = path.join(import.meta.dirname, "..", "..");

/** The command as npm installs it; `npm test` has built what it loads. */
export const BINARY = path.join(ROOT, "bin", "sessions.js");

export interface Finished {
  readonly stdout: string;
  readonly stderr: string;
  /** As a shell reports it: 128 and the signal's number for a process that a signal ended. */
  readonly exitCode: number;
}

const SIGNALS: Readonly<Record<string, number>> = { SIGINT: 2, SIGKILL: 9, SIGPIPE: 13, SIGTERM: 15 };

/** A folder of its own with `sessions.csv`, removed when the test ends. */
export function folderWith(fixture?: "three-rows.csv" | "python-backend.csv"): string {
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), "sessions-bin-")));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  if (fixture !== undefined) copyFileSync(path.join(ROOT, "fixtures", fixture), path.join(folder, "sessions.csv"));
  return folder;
}

export function start(folder: string, argv: readonly string[], command = BINARY): ChildProcessWithoutNullStreams {
  const env = { PATH: process.env["PATH"], TZ: "UTC" };
  const child = spawn(process.execPath, [command, ...argv], { cwd: folder, env });
  onTestFinished(() => void child.kill("SIGKILL"));
  return child;
}

export async function finished(child: ChildProcessWithoutNullStreams): Promise<Finished> {
  let [stdout, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  child.stdin.on("error", () => undefined).end();
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => {
      resolve({ stdout, stderr, exitCode: code ?? 128 + (SIGNALS[signal ?? ""] ?? 0) });
    });
  });
}

export async function run(folder: string, ...argv: string[]): Promise<Finished> {
  return finished(start(folder, argv));
}

/** Runs a shell command in which `sessions` is ours; its own exit code counts, not the pipe's. */
export async function shell(folder: string, command: string): Promise<Finished> {
  const script = `sessions() { "${process.execPath}" "${BINARY}" "$@"; }; set -o pipefail; ${command}`;
  return finished(spawn("bash", ["-c", script], { cwd: folder }));
}
