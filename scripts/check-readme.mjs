// Runs the commands of README.md's console blocks in turn, on an 80-column terminal, and compares what they print with
// what stands there. `node scripts/check-readme.mjs --write` puts in what they print. Needs the build and `script` of
// util-linux, which makes the terminal.
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const README = path.join(root, "README.md");
const BLOCK = /^```console\n([\s\S]*?)^```$/gm;
const SHOWN_FOLDER = "/srv/bot";

const folder = realpathSync(mkdtempSync(path.join(tmpdir(), "sessions-readme-")));
const readme = readFileSync(README, "utf8");
let commands = 0;
let written;
try {
  cpSync(path.join(root, "fixtures"), path.join(folder, "fixtures"), { recursive: true });
  symlinkSync(path.join(root, "bin"), path.join(folder, "bin"));
  written = readme.replaceAll(BLOCK, (_, block) => `\`\`\`console\n${rerun(block)}\`\`\``);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
if (process.argv[2] === "--write") writeFileSync(README, written);
else reportDifference(readme.split("\n"), written.split("\n"));

/** A block with what its commands print now. Aliases and exports hold for all commands after them. */
function rerun(block) {
  return block
    .split("\n")
    .filter((line) => line.startsWith("$ "))
    .map((line) => `${line}\n${run(line.slice(2))}`)
    .join("");
}

function run(command) {
  commands += 1;
  const script = path.join(folder, ".script");
  writeFileSync(script, `shopt -s expand_aliases\nstty cols 80 rows 24\n. ./.kept 2>/dev/null\n${command}\n`);
  if (/^(?:alias|export) /.test(command)) writeFileSync(path.join(folder, ".kept"), `${command}\n`, { flag: "a" });
  const { stdout, error } = spawnSync("script", ["-qec", "bash .script", "/dev/null"], {
    cwd: folder,
    env: { PATH: process.env.PATH, HOME: folder, LANG: "C.UTF-8", TERM: "xterm", NO_COLOR: "1", TZ: "UTC" },
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
    timeout: 60_000,
  });
  if (error !== undefined) throw error;
  return stdout
    .replaceAll("\r\n", "\n")
    .replaceAll(folder, SHOWN_FOLDER)
    .replaceAll(/was written \d+s ago/g, "was written 0s ago");
}

function reportDifference(before, now) {
  const at = now.findIndex((line, index) => line !== before[index]);
  if (at === -1 && before.length === now.length) {
    console.log(`README.md: ${commands} commands print what it says`);
    return;
  }
  console.error(`README.md, line ${at + 1}, says:\n  ${before[at]}\nThe command prints:\n  ${now[at]}`);
  process.exitCode = 1;
}
