// The page of `sessions serve`: its parts in src/server/page, made one script, embedded as text.
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const page = path.join(root, "src/server/page");

/** The script of the page, without anything that only Node has: an import of that ends the build. */
async function script() {
  const { outputFiles } = await build({
    entryPoints: [path.join(page, "app.ts")],
    bundle: true,
    platform: "browser",
    format: "esm",
    target: ["chrome123", "firefox120", "safari17.5"],
    minify: true,
    legalComments: "none",
    write: false,
  });
  return outputFiles[0].text;
}

/** Writes the module that the server serves the page from. */
export async function writePageModule() {
  const icon = { type: "image/svg+xml; charset=utf-8", text: readFileSync(path.join(page, "icon.svg"), "utf8") };
  const assets = [
    { path: "/", type: "text/html; charset=utf-8", text: readFileSync(path.join(page, "index.html"), "utf8") },
    {
      path: "/page/style.css",
      type: "text/css; charset=utf-8",
      text: readFileSync(path.join(page, "style.css"), "utf8"),
    },
    { path: "/page/app.js", type: "text/javascript; charset=utf-8", text: await script() },
    { path: "/page/icon.svg", ...icon },
    // Where browsers look for it while they show what names none.
    { path: "/favicon.ico", ...icon },
  ];
  writeFileSync(
    path.join(root, "src/server/page/assets.generated.ts"),
    [
      "// Made by scripts/build.mjs from src/server/page/; not kept in git.",
      "/** What the page consists of, by its path on the server. */",
      `export const PAGE_ASSETS: readonly { readonly path: string; readonly type: string; readonly text: string }[] = ${JSON.stringify(assets, undefined, 2)};`,
      "",
    ].join("\n"),
  );
}
