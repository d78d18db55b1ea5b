// The licences of the packages whose code is in the built command line, which their authors ask to be kept with it.
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

/**
 * @param {readonly string[]} inputs paths of the bundled files, `node_modules/<package>/…` among them
 * @returns {string} name, version, licence and its full text for each package, by name
 */
export function thirdPartyLicences(inputs) {
  const folders = new Set(inputs.flatMap((input) => packageFolder(input) ?? []));
  const sections = [...folders].map(section).sort();
  return [`sessions.cjs holds code of these ${sections.length} packages.\n`, ...sections].join("\n");
}

/** The folder of the innermost package that a file belongs to. */
function packageFolder(input) {
  return /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(input)?.[0];
}

function section(folder) {
  const { name, version, license } = JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8"));
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  if (file === undefined) throw new Error(`${folder} has no licence file`);
  const text = readFileSync(path.join(folder, file), "utf8").replaceAll("\r\n", "\n").trim();
  const title = `${name} ${version} (${license})`;
  return `${"-".repeat(80)}\n${title}\n\n${text}\n`;
}
