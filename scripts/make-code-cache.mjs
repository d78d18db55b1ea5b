// Writes V8's code cache of the built command line, after its common paths have run, so that their functions are in it.
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const { CACHE, compile, evaluate } = require("../bin/load.js");

const FIXTURE = "fixtures/python-backend.csv";
const COMMON_COMMANDS = [
  ["--version"],
  ["--help"],
  ["stats", "-s", FIXTURE],
  ["stats", "-s", FIXTURE, "--json"],
  ["list", "-s", FIXTURE],
  ["list", "-s", FIXTURE, "--json"],
  ["list", "-s", FIXTURE, "--format", "table"],
  ["find", "-s", FIXTURE, "telegram"],
  ["prune", "-s", FIXTURE, "--dry-run"],
];

const script = compile();
const { run } = evaluate(script);
for (const argv of COMMON_COMMANDS) {
  await run(argv);
  if (process.exitCode !== 0) throw new Error(`The built command failed: sessions ${argv.join(" ")}`);
}
writeFileSync(CACHE, script.createCachedData());
