// The examples of damage in fixtures/<code>/: before.csv, and what `sessions repair` makes of it: after.csv, and
// quarantine.jsonl where it sets something aside.
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
export const fixtures = path.join(root, "fixtures");

/** Parts of an example and their files. */
export const PARTS = { before: "before.csv", after: "after.csv", quarantine: "quarantine.jsonl" };

/** The codes that have an example, in alphabetical order. */
export function exampleCodes() {
  return readdirSync(fixtures)
    .filter((name) => existsSync(path.join(fixtures, name, PARTS.before)))
    .sort();
}

/** The parts of one example that there are, each character standing for one byte. */
export function readExample(code) {
  const parts = Object.entries(PARTS)
    .map(([part, name]) => [part, path.join(fixtures, code, name)])
    .filter(([, file]) => existsSync(file));
  return Object.fromEntries(parts.map(([part, file]) => [part, readFileSync(file, "latin1")]));
}

/** Writes the module that `sessions explain` reads them from. */
export function writeExamplesModule() {
  const examples = Object.fromEntries(exampleCodes().map((code) => [code, readExample(code)]));
  writeFileSync(
    path.join(root, "src/check/examples.generated.ts"),
    [
      "// Made by scripts/build.mjs from fixtures/<code>/; not kept in git.",
      "export interface ExampleBytes {",
      "  readonly before: string;",
      "  readonly after?: string;",
      "  readonly quarantine?: string;",
      "}",
      "",
      "/** By code; each character stands for one byte. */",
      `export const EXAMPLES: Readonly<Record<string, ExampleBytes>> = ${JSON.stringify(examples, undefined, 2)};`,
      "",
    ].join("\n"),
  );
}
