// The house rules that a reader relies on: imports run one way, and the outside world stays at the edge.
import fs from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";

/** What each folder of src may import, besides itself and `errors`. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  errors: [],
  kernel: [],
  csv: ["kernel"],
  session: ["csv", "kernel"],
  check: ["session", "csv", "kernel"],
  storage: [],
  store: ["check", "storage", "session", "csv", "kernel"],
  copies: ["store", "check", "storage", "session", "csv", "kernel"],
  transfer: ["copies", "store", "check", "storage", "session", "csv", "kernel"],
  demo: ["session"],
  manager: ["store", "check", "storage", "session", "csv", "kernel"],
  server: ["page", "manager", "store", "session"],
  // The page runs in a browser. What it shows looks as in a terminal.
  page: ["session", "cli"],
  index: ["manager", "store", "session"],
  cli: ["server", "manager", "copies", "transfer", "store", "check", "storage", "session", "csv", "kernel", "demo"],
};

const SOURCE = path.resolve("src");
const FILES = fs
  .readdirSync(SOURCE, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".ts"))
  .map((name) => name.replaceAll(path.sep, "/"))
  .sort();

/** The folder right below src, or the name of a file that stands there. */
function layerOf(name: string): string {
  if (name.startsWith("server/page/")) return "page";
  return (name.split("/")[0] ?? "").replace(/\.ts$/, "");
}

function textOf(name: string): string {
  return fs.readFileSync(path.join(SOURCE, name), "utf8");
}

/** A file's code without its comments, as far as a line of code does not hold `//` in a string. */
function codeOf(name: string): string {
  return textOf(name)
    .replaceAll(/\/\*[\s\S]*?\*\//g, "")
    .replaceAll(/(^|\s)\/\/.*$/gm, "$1");
}

/** The files of src that a file imports, by whatever form of import. */
function importsOf(name: string): string[] {
  const specifiers = codeOf(name).matchAll(/(?:\bfrom\s+|\bimport\s+|\bimport\(\s*|\brequire\(\s*)["'](\.[^"']+)["']/g);
  return Array.from(specifiers, ([, specifier = ""]) => path.posix.join(path.posix.dirname(name), specifier));
}

/** All below `cli`, but for what runs in a browser and the one file that has the clock of a manager that is given none. */
const LIBRARY = FILES.filter((name) => !["cli", "page"].includes(layerOf(name)) && name !== "manager/system-time.ts");

const OUTSIDE: readonly (readonly [string, RegExp])[] = [
  ["the environment", /\bprocess\s*\.\s*env\b/],
  ["the arguments", /\bprocess\s*\.\s*argv\b/],
  ["a standard stream", /\bprocess\s*\.\s*std(?:in|out|err)\b/],
  ["the console", /\bconsole\s*\./],
  ["the clock", /\bDate\s*\.\s*now\b|\bnew Date\(\s*\)|\bDate\(\s*\)|\bperformance\s*\.\s*now\b/],
  ["the end of the process", /\bprocess\s*\.\s*exit\b/],
];

test("the files of src are found", () => {
  expect(FILES).toEqual(expect.arrayContaining(["errors.ts", "csv/scan.ts", "store/csv-store.ts", "cli/main.ts"]));
});

test("imports are found in whatever form they have", () => {
  expect(importsOf("store/csv-store.ts")).toEqual(
    expect.arrayContaining(["errors.js", "session/columns.js", "storage/snapshot.js", "store/csv-writing.js"]),
  );
});

test.each(FILES)("%s imports only what its folder may import", (name) => {
  const layer = layerOf(name);
  const allowed = [layer, "errors", ...(ALLOWED[layer] ?? [])];
  expect(Object.keys(ALLOWED)).toContain(layer);
  expect(importsOf(name).filter((imported) => !allowed.includes(layerOf(imported.replace(/\.js$/, ".ts"))))).toEqual(
    [],
  );
});

test.each(LIBRARY)("%s gets time, streams and settings from its caller", (name) => {
  const code = codeOf(name);
  expect(OUTSIDE.filter(([, pattern]) => pattern.test(code)).map(([what]) => what)).toEqual([]);
});

test.each(FILES.filter((name) => !name.endsWith(".generated.ts")))("%s has at most 300 lines", (name) => {
  expect(textOf(name).trimEnd().split("\n").length).toBeLessThanOrEqual(300);
});

test.each(FILES)("%s has a name that says something", (name) => {
  expect(path.posix.basename(name, ".ts")).not.toMatch(
    /^(?:utils?|helpers?|common|data|info|misc|shared)$|\b(?:utils?|helpers?)\b/,
  );
});
