import { execFileSync, spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, describe } from "vitest";
import { content } from "./numbered-lines.js";

type Need = "chromium" | "gcc" | "strace" | "root" | "mount" | "setpriv" | "prlimit";

/** What is missing here for a test, as a sentence; undefined if it can run. */
function missing(need: Need): string | undefined {
  if (need === "root") return process.geteuid?.() === 0 ? undefined : "needs root";
  if (need === "mount") return missing("root") ?? (canMount() ? undefined : "mounting is not permitted here");
  return spawnSync(need, ["--version"]).status === 0 ? undefined : `needs ${need}`;
}

function canMount(): boolean {
  const folder = fs.mkdtempSync("/tmp/sessions-mount-");
  const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", folder]).status === 0;
  if (mounted) execFileSync("umount", [folder]);
  fs.rmdirSync(folder);
  return mounted;
}

/** `describe`, skipped with the reason in its name where the machine lacks something. */
export function describeWith(needs: readonly Need[], title: string, body: () => void): void {
  const reason = needs.map(missing).find((one) => one !== undefined);
  describe.skipIf(reason !== undefined)(reason === undefined ? title : `${title} (skipped: ${reason})`, body);
}

/** A folder for this test file, open to every user, and the path of the bundled driver; both made before the tests. */
export function setUpDriver(entryPoint = "test/process/driver.ts"): {
  readonly driver: string;
  readonly folder: string;
} {
  const made = { driver: "", folder: "" };
  beforeAll(async () => {
    made.folder = fs.mkdtempSync("/tmp/sessions-test-");
    fs.chmodSync(made.folder, 0o755);
    // Not in the checkout, which other users may not be allowed to read; so it needs the packages outside the bundle too.
    copyPackage("fs-native-extensions", path.join(made.folder, "node_modules"));
    made.driver = path.join(made.folder, "driver.mjs");
    await build({
      entryPoints: [entryPoint],
      outfile: made.driver,
      bundle: true,
      platform: "node",
      format: "esm",
      target: "node20",
      external: ["fs-native-extensions"],
    });
  });
  afterAll(() => {
    fs.rmSync(made.folder, { recursive: true, force: true });
  });
  return made;
}

/** Copies a package and all that it depends on, readable for everybody. */
function copyPackage(name: string, target: string): void {
  const source = path.resolve("node_modules", name);
  const copy = path.join(target, name);
  if (fs.existsSync(copy)) return;
  fs.cpSync(source, copy, { recursive: true });
  const { dependencies = {} } = JSON.parse(fs.readFileSync(path.join(source, "package.json"), "utf8")) as {
    dependencies?: Record<string, string>;
  };
  for (const dependency of Object.keys(dependencies)) copyPackage(dependency, target);
  execFileSync("chmod", ["-R", "a+rX", copy]);
}

export const OLD = content("old", 300);
export const NEW = content("new", 500);
export const NEXT = content("next", 400);

/** A fresh folder with `s.csv` in it, holding OLD; owned by another user where that can be, so that fchown is needed. */
export function folderWithOld(parent: string): { readonly directory: string; readonly target: string } {
  const directory = fs.mkdtempSync(path.join(parent, "case-"));
  const target = path.join(directory, "s.csv");
  fs.writeFileSync(target, OLD, { mode: 0o640 });
  if (process.geteuid?.() === 0) fs.chownSync(target, 65_534, 65_534);
  return { directory, target };
}

/** The environment in which Node's file calls are ordinary system calls, made by one pool thread. */
export const PLAIN_CALLS = { UV_USE_IO_URING: "0", UV_THREADPOOL_SIZE: "1" };
