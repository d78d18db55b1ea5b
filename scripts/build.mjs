// Builds everything that is shipped: the scanner kernel (WebAssembly, embedded as text), the examples of damage and the page of
// the server (embedded too), the library (ES modules with types) and the command line (one CommonJS file, whose parts are evaluated only when a
// command asks for them). `node scripts/build.mjs kernel` stops after what is embedded, which is all that the tests of the
// sources need.
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";
import { build } from "esbuild";
import { writeExamplesModule } from "./examples.mjs";
import { writePageModule } from "./page-assets.mjs";
import { writeRowThreadModule } from "./row-thread.mjs";
import { thirdPartyLicences } from "./third-party-licences.mjs";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
process.chdir(root);

async function buildKernel() {
  const { error, stderr, binary } = await compileKernel();
  if (error) throw new Error(`The kernel does not compile.\n${stderr}`, { cause: error });
  writeFileSync(
    "src/kernel/binary.generated.ts",
    [
      "// Made by scripts/build.mjs from assembly/kernel.ts; not kept in git.",
      `export const KERNEL_BASE64 =`,
      `  "${Buffer.from(binary).toString("base64")}";`,
      "",
    ].join("\n"),
  );
}

async function compileKernel() {
  let binary = new Uint8Array();
  const { error, stderr } = await asc.main(
    [
      "src/kernel/assembly/kernel.ts",
      ...["--outFile", "kernel.wasm", "--runtime", "stub", "--enable", "simd"],
      ...["-O3", "--noAssert", "--importMemory", "--initialMemory", "1"],
    ],
    {
      writeFile(_name, contents) {
        binary = typeof contents === "string" ? Buffer.from(contents) : contents;
      },
    },
  );
  return { error, stderr: stderr.toString(), binary };
}

function buildLibrary() {
  rmSync("dist", { recursive: true, force: true });
  mkdirSync("dist");
  execFileSync(process.execPath, ["node_modules/typescript/bin/tsc", "-p", "tsconfig.lib.json"], { stdio: "inherit" });
}

/** commander asks for child_process at start-up, for subcommands that are programs of their own; there are none here. */
const lazyChildProcess = {
  name: "lazy-child-process",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:child_process$/ }, ({ importer }) =>
      importer.includes("commander") ? { path: "child_process", namespace: "lazy" } : undefined,
    );
    onLoad({ filter: /.*/, namespace: "lazy" }, () => ({
      contents: 'module.exports = { get spawn() { return require("child_process").spawn; } };',
    }));
  },
};

async function buildCommandLine() {
  const { version } = JSON.parse(readFileSync("package.json", "utf8"));
  const { metafile } = await build({
    entryPoints: ["src/cli/entry.ts"],
    outfile: "dist/sessions.cjs",
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node20",
    minify: true,
    // The body of a CommonJS module, as bin/load.js evaluates it.
    banner: { js: "(function (exports, require, module) {" },
    footer: { js: "})" },
    plugins: [lazyChildProcess],
    // The licences of what is bundled stand in a file of their own.
    legalComments: "none",
    metafile: true,
    external: ["fs-native-extensions", "fastify", "@fastify/swagger"],
    // Parts are loaded by require, which costs less than the loader of ES modules.
    supported: { "dynamic-import": false },
    define: { SESSIONS_VERSION: JSON.stringify(version) },
  });
  writeFileSync("dist/THIRD-PARTY-LICENSES.txt", thirdPartyLicences(Object.keys(metafile.inputs)));
  chmodSync("bin/sessions.js", 0o755);
  // In a process of its own, because it is made from code that has run.
  execFileSync(process.execPath, ["scripts/make-code-cache.mjs"], { stdio: ["ignore", "ignore", "pipe"] });
}

await buildKernel();
writeExamplesModule();
await writePageModule();
await writeRowThreadModule();
if (process.argv[2] !== "kernel") {
  buildLibrary();
  await buildCommandLine();
}
