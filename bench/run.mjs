/** Runs whole processes and measures them: wall seconds with nothing in between, peak memory in a run of its own. */
import { spawnSync } from "node:child_process";
import { closeSync, openSync, readFileSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";

const PEAK_SCRIPT = fileURLToPath(new URL("peak.py", import.meta.url));
const TIMEOUT_MS = 300_000;

/** Left out of the children's environment: what slows every Node start (certificates: 50 ms) or changes the output. */
const LEFT_OUT = ["NODE_EXTRA_CA_CERTS", "NODE_OPTIONS", "FORCE_COLOR"];
const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !LEFT_OUT.includes(name)));

/**
 * Runs a command to its end, its standard output in the file `out`.
 *
 * @returns wall `seconds`; `lastWords`, the most telling line of standard error; `problem`, undefined where it ended with exit
 *   code 0, else one line that says how it ended
 */
export function run(argv, out) {
  const errorsFile = `${out}.errors`;
  const outputs = [openSync(out, "w"), openSync(errorsFile, "w")];
  const start = process.hrtime.bigint();
  const result = spawnSync(argv[0], argv.slice(1), {
    stdio: ["ignore", ...outputs],
    env: environment,
    timeout: TIMEOUT_MS,
  });
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  for (const output of outputs) closeSync(output);
  const errorLines = readFileSync(errorsFile, "utf8").trim().split("\n");
  const lastWords = (errorLines.findLast((line) => /error/i.test(line)) ?? errorLines.at(-1) ?? "").slice(0, 120);
  rmSync(errorsFile);
  const ending = result.error?.message ?? (result.signal ? `signal ${result.signal}` : `exit code ${result.status}`);
  return { seconds, lastWords, problem: result.status === 0 ? undefined : explain(ending, lastWords) };
}

/**
 * Runs a command once below a small Python script that asks the kernel for its peak memory (wait4).
 *
 * @returns `seconds` and `problem` as from `run`; `peakMib`, undefined where the command could not be run
 */
export function runForPeak(python3, argv, out) {
  const resultFile = `${out}.peak`;
  const { seconds, problem, lastWords } = run([python3, "-I", "-S", PEAK_SCRIPT, resultFile, ...argv], out);
  if (problem !== undefined) return { seconds, problem, peakMib: undefined };
  const [peakKib, status] = readFileSync(resultFile, "utf8").split(" ").map(Number);
  rmSync(resultFile);
  const failure = status === 0 ? undefined : explain(`exit code ${status}`, lastWords);
  return { seconds, problem: failure, peakMib: peakKib / 1024 };
}

/** The program's standard output, trimmed; undefined where it is not on this machine or fails. */
export function ask(argv) {
  const { status, stdout } = spawnSync(argv[0], argv.slice(1), { encoding: "utf8", env: environment, timeout: 60_000 });
  return status === 0 ? stdout.trim() : undefined;
}

/** Whether a program of this name can be started. */
export function isFound(program) {
  return spawnSync("sh", ["-c", 'command -v "$1"', "sh", program]).status === 0;
}

function explain(ending, lastWords) {
  return lastWords === "" ? ending : `${ending}: ${lastWords}`;
}
