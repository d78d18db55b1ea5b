// Bundles test/process/torture.ts and the servers that it kills, and runs it with the arguments.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const folder = mkdtempSync(path.join(tmpdir(), "sessions-torture-bundle-"));
try {
  await build({
    absWorkingDir: root,
    entryPoints: ["torture", "server", "model-server"].map((name) => `test/process/${name}.ts`),
    outdir: folder,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    external: ["fs-native-extensions"],
    banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' },
  });
  symlinkSync(path.join(root, "node_modules"), path.join(folder, "node_modules"));
  const own = ["--bundle", folder, "--command", path.join(root, "bin", "sessions.js")];
  const argv = [path.join(folder, "torture.mjs"), ...own, ...process.argv.slice(2)];
  process.exitCode = spawnSync(process.execPath, argv, { stdio: "inherit" }).status ?? 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
