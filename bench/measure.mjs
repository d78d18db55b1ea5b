/** One task on one file: every tool's answer is checked, then all tools take turns, round by round. */
import { copyFileSync, existsSync, mkdirSync, rmSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { spawnSync } from "node:child_process";
import { judge } from "./check.mjs";
import { run, runForPeak } from "./run.mjs";
import { NOW } from "./tasks.mjs";
import { FLOOR } from "./tools.mjs";

/** A tool that took longer than this in its first run is timed only once. */
const SLOW_SECONDS = 5;

/**
 * Measures a task that reads or rewrites a file.
 *
 * @param situation `{ python3, folder, file, task, reference, rounds }`; `folder` is for files that come and go
 * @returns for each tool that can do it: `{ name, isLimit, problem, verdict, peakMib, seconds }`, `seconds` of each round
 */
export function measureTask(tools, situation, report) {
  const { python3, folder, file, task, reference, rounds } = situation;
  const results = [];
  for (const tool of tools) {
    if (!tool.command(task, file, "")) continue;
    report(`${task}: checking ${tool.name}`);
    const { command, out } = prepare(tool, situation);
    const { problem, peakMib, seconds } = runForPeak(python3, command.argv, out.stdout);
    const answerFile = { stdout: out.stdout, out: out.own, file: out.copy }[command.answer];
    const verdict =
      problem === undefined ? judge(python3, { file, task, format: command.format, answerFile, reference }) : undefined;
    const turns = problem !== undefined ? 0 : seconds > SLOW_SECONDS ? 1 : rounds;
    results.push({
      name: tool.name,
      isLimit: tool.isLimit === true,
      tool,
      problem,
      verdict,
      peakMib,
      turns,
      seconds: [],
    });
  }
  for (let round = 0; round < rounds; round++) {
    report(`${task}: round ${round + 1} of ${rounds}`);
    for (const result of results) {
      if (round >= result.turns) continue;
      const { command, out } = prepare(result.tool, situation);
      const { seconds, problem } = run(command.argv, out.stdout);
      result.problem ??= problem;
      result.seconds.push(seconds);
    }
  }
  rmSync(join(folder, "work"), { recursive: true, force: true });
  return results;
}

/** Measures a start that reads no file; `commands` maps a name to its arguments. */
export function measureStarts(commands, { python3, folder, rounds }) {
  const out = join(folder, "start.out");
  const results = Object.entries(commands).map(([name, argv]) => {
    const { problem, peakMib } = runForPeak(python3, argv, out);
    return { name, isLimit: name === FLOOR, argv, problem, verdict: "no answer", peakMib, seconds: [] };
  });
  for (let round = 0; round < rounds; round++) {
    for (const { argv, problem, seconds } of results) if (problem === undefined) seconds.push(run(argv, out).seconds);
  }
  return results;
}

/**
 * An empty folder for one run, with a copy of the file where the command changes it. The copy is on the disk and looks
 * old, as if no other program were writing it.
 */
function prepare(tool, { folder, file, task }) {
  const work = join(folder, "work");
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work);
  const out = { stdout: join(work, "stdout"), own: join(work, "out"), copy: join(work, "sessions.csv") };
  const changesFile = tool.command(task, file, out.own).answer === "file";
  if (changesFile) {
    copyFileSync(file, out.copy);
    utimesSync(out.copy, new Date(NOW), new Date(NOW));
  }
  // What the runs before left to be written must not slow this one.
  if (task === "prune" && existsSync("/bin/sync")) spawnSync("/bin/sync");
  return { command: tool.command(task, changesFile ? out.copy : file, out.own), out };
}
