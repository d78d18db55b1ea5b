// The process under test: replaces, repairs or backs up a file as the commands do and prints OK once that is acknowledged. Bundled and
// started by harness.ts.
import fs from "node:fs";
import { writeBackup } from "../../src/copies/write-backup.js";
import { SessionsError } from "../../src/errors.js";
import { acquireLock } from "../../src/storage/lock.js";
import { brokenProtocols } from "./broken-protocols.js";
import { repairByLines } from "./repair-by-lines.js";
import { restoreBackup } from "./restore-backup.js";
import { versionText } from "./numbered-lines.js";
import { replaceFile } from "./replace-file.js";

const [, , action, target, content] = process.argv;
if (action === undefined || target === undefined || content === undefined) throw new Error("ACTION TARGET CONTENT");

let warnings: readonly string[] = [];
try {
  if (action === "hold") await hold(target, content);
  else if (action === "repair") warnings = (await repairByLines(target)).warnings;
  else if (action === "restore") warnings = (await restoreBackup(target)).warnings;
  else if (action === "backup") await backUp(target);
  else if (action === "churn") await churn(target);
  else if (action === "replace") warnings = (await replaceFile(target, content)).warnings;
  else brokenProtocols[action]?.(target, content);
  fs.writeSync(1, `${["OK", ...warnings].join(" ")}\n`);
} catch (error) {
  if (!(error instanceof SessionsError)) throw error;
  fs.writeSync(1, `${error.code}\n`);
  process.exitCode = 1;
}

async function backUp(file: string): Promise<void> {
  const encoding = { isCompressed: false, encryption: undefined };
  const now = new Date("2026-01-01T00:00:00Z");
  await writeBackup(file, { encoding, destination: "beside the file", now, tool: "test" });
}

/** Commits one version after the other until it is killed. */
async function churn(file: string): Promise<void> {
  for (let version = 1; ; version += 1) await replaceFile(file, versionText(version));
}

async function hold(realPath: string, command: string): Promise<void> {
  const holder = { pid: process.pid, host: "test", command, since: "2026-01-01T00:00:00Z" };
  await acquireLock(realPath, { waitMs: 10_000, holder });
  fs.writeSync(1, "HELD\n");
  await new Promise((resolve) => setTimeout(resolve, 60_000));
}
