// Makes docs/DIAGNOSTICS.md from the rules in src/check/rules and the examples in fixtures/<code>/. `--write` writes it,
// `--check` fails where it is not up to date.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { build } from "esbuild";
import { format, resolveConfig } from "prettier";
import { readExample, root } from "./examples.mjs";

const DOCUMENT = path.join(root, "docs/DIAGNOSTICS.md");

const { RULES, exampleLines } = await sources();
const text = await format(page(), { ...(await resolveConfig(DOCUMENT)), parser: "markdown" });
if (process.argv[2] === "--write") writeFileSync(DOCUMENT, text);
else if (process.argv[2] !== "--check") throw new Error("say --write or --check");
else if (!existsSync(DOCUMENT) || readFileSync(DOCUMENT, "utf8") !== text) {
  console.error("docs/DIAGNOSTICS.md is not up to date; renew it: node scripts/make-diagnostics-doc.mjs --write");
  process.exitCode = 1;
}

/** What the page is made of, compiled from the sources, so that nothing has to be built before. */
async function sources() {
  const { outputFiles } = await build({
    stdin: {
      contents: [
        'export { RULES } from "./src/check/rules/index.js";',
        'export { exampleLines } from "./src/cli/render/example.js";',
      ].join("\n"),
      resolveDir: root,
    },
    bundle: true,
    write: false,
    platform: "node",
    format: "esm",
  });
  const [{ contents }] = outputFiles;
  return import(`data:text/javascript;base64,${Buffer.from(contents).toString("base64")}`);
}

function page() {
  const rules = Object.entries(RULES);
  return [
    "# Diagnostics",
    "What `sessions validate` finds, by code, and what `sessions repair` does about it; on the command line:",
    "`sessions explain <code>`. Made by `scripts/make-diagnostics-doc.mjs` from the rules and the examples in `fixtures/`.",
    "An error keeps sessions from being read as they were written; a warning does not.",
    "",
    "| code | severity | what is wrong |",
    "| --- | --- | --- |",
    ...rules.map(([code, { severity, title }]) => `| [${code}](#${code}) | ${severity} | ${prose(title)} |`),
    "",
    ...rules.flatMap(([code, rule]) => section(code, rule)),
  ].join("\n");
}

function section(code, { severity, title, trigger, repair }) {
  const { before, after, quarantine } = readExample(code);
  if (before === undefined) throw new Error(`fixtures/${code}/before.csv is missing`);
  return [
    `## ${code}`,
    "",
    `${severity}: ${prose(title)}`,
    "",
    `**When.** ${prose(trigger)}`,
    "",
    `**Repair.** ${prose(repair)}`,
    "",
    ...block("Before", before),
    ...(after === before ? ["After: the same.", ""] : block("After", after)),
    ...block("Set aside", quarantine),
  ];
}

function block(label, text) {
  if (text === undefined) return [];
  const lines = exampleLines(text);
  if (lines.length === 0) return [`${label}: no bytes.`, ""];
  return [`${label}:`, "", "```text", ...lines, "```", ""];
}

/** Markdown that shows the text as it stands. */
function prose(line) {
  return line.replaceAll(/[\\`*_[\]<>|&]/g, "\\$&");
}
