// The program of the thread that makes rows: its modules, made one script, embedded as text.
import { writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");

/** The thread is given the kernel compiled. */
const withoutKernel = {
  name: "without-kernel",
  setup({ onLoad }) {
    onLoad({ filter: /binary\.generated\.ts$/ }, () => ({ contents: 'export const KERNEL_BASE64 = "";' }));
  },
};

/** Writes the module that the thread is begun from. */
export async function writeRowThreadModule() {
  const { outputFiles } = await build({
    entryPoints: [path.join(root, "src/store/row-thread-program.ts")],
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node20",
    minify: true,
    legalComments: "none",
    plugins: [withoutKernel],
    write: false,
  });
  writeFileSync(
    path.join(root, "src/store/row-thread.generated.ts"),
    [
      "// Made by scripts/build.mjs from row-thread-program.ts; not kept in git.",
      `export const ROW_THREAD_SCRIPT = ${JSON.stringify(outputFiles[0].text)};`,
      "",
    ].join("\n"),
  );
}
