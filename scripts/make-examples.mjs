// Makes after.csv and quarantine.jsonl in fixtures/<code>/ by repairing before.csv with the built command. `--write` writes
// them, `--check` fails where they are not what the command makes now. Needs the build.
import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { exampleCodes, fixtures, PARTS, root } from "./examples.mjs";

const isWriting = process.argv[2] === "--write";
if (!isWriting && process.argv[2] !== "--check") throw new Error("say --write or --check");

const outdated = exampleCodes().flatMap(renew);
for (const file of outdated) console.log(isWriting ? `written: ${file}` : `not up to date: ${file}`);
if (!isWriting && outdated.length > 0) {
  console.error("renew them: npm run build && node scripts/make-examples.mjs --write");
  process.exitCode = 1;
}

/** The files of an example, from the root, that were not what the command makes. */
function renew(code) {
  const { after, quarantine } = repaired(code);
  return [
    [PARTS.after, after],
    [PARTS.quarantine, quarantine],
  ].flatMap(([name, wanted]) => {
    const file = path.join(fixtures, code, name);
    const found = existsSync(file) ? readFileSync(file) : undefined;
    if (wanted === undefined ? found === undefined : found?.equals(wanted) === true) return [];
    if (isWriting && wanted === undefined) rmSync(file);
    else if (isWriting) writeFileSync(file, wanted);
    return [path.relative(root, file)];
  });
}

/** What the command makes of an example's file, in a folder of its own. */
function repaired(code) {
  const folder = mkdtempSync(path.join(tmpdir(), "sessions-examples-"));
  try {
    copyFileSync(path.join(fixtures, code, PARTS.before), path.join(folder, PARTS.before));
    const argv = [path.join(root, "bin/sessions.js"), "repair", PARTS.before, "-o", PARTS.after];
    const { status, stderr, error } = spawnSync(process.execPath, argv, { cwd: folder, encoding: "utf8" });
    if (error !== undefined) throw error;
    const after = path.join(folder, PARTS.after);
    // 4 says that something was set aside, or left for a person; the file is there all the same.
    if ((status !== 0 && status !== 4) || !existsSync(after))
      throw new Error(`repair of ${code} failed with ${status}: ${stderr}`);
    return { after: readFileSync(after), quarantine: quarantineIn(folder) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The one quarantine that was written, wherever it lies beside the file; undefined where nothing was set aside. */
function quarantineIn(folder) {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".jsonl"));
  if (names.length > 1) throw new Error(`several quarantines: ${names.join(", ")}`);
  return names[0] === undefined ? undefined : readFileSync(path.join(folder, names[0]));
}
