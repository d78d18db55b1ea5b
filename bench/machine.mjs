/** Says on what the figures were measured. */
import { readFileSync } from "node:fs";
import { cpus, release, totalmem, type } from "node:os";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { ask } from "./run.mjs";

/** @param tools those that were found on this machine */
export function renderMachine(tools) {
  const processors = cpus();
  const lines = [
    `- ${processors[0]?.model ?? "unknown processor"}, ${processors.length} cores, ${(totalmem() / 2 ** 30).toFixed(0)} GiB`,
    `- ${type()} ${release()}, Node ${process.version}`,
  ];
  for (const { name, version, package: packageName } of tools) {
    if (packageName !== undefined) lines.push(`- ${name}: ${packageName} ${packageVersion(packageName)}`);
    else if (version !== undefined) lines.push(`- ${name}: ${ask(version)?.split("\n")[0] ?? "version unknown"}`);
  }
  return lines.join("\n");
}

/** The version in the package.json above the package's main file, as not every package exports that file. */
function packageVersion(name) {
  const main = createRequire(import.meta.url).resolve(name);
  for (let folder = dirname(main); folder !== dirname(folder); folder = dirname(folder)) {
    try {
      const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
      if (manifest.name === name) return manifest.version;
    } catch (error) {
      if (error.code !== "ENOENT") throw error;
    }
  }
  return "of unknown version";
}
