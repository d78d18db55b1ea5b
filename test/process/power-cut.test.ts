// Law 4 in a power cut: the writer's system calls, replayed into each state that the disk may be in afterwards.
import fs from "node:fs";
import path from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { NEW, OLD, PLAIN_CALLS, describeWith, folderWithOld, setUpDriver } from "./harness.js";
import { crashStates } from "./power-cut.js";
import type { Operation } from "./power-cut.js";
import { TRACED_CALLS, parseTrace } from "./trace.js";

describeWith(["strace"], "a power cut at any moment", () => {
  const made = setUpDriver();

  async function traced(action: string, start: string | undefined): Promise<readonly Operation[]> {
    const { directory, target } = folderWithOld(made.folder);
    if (start === undefined) fs.rmSync(target);
    const log = path.join(made.folder, `${path.basename(directory)}.log`);
    const options = ["-f", "-qq", "-y", "-xx", "-s", "1000000", "-o", log, "-e", `trace=${TRACED_CALLS}`];
    await execa("strace", [...options, "node", made.driver, action, target, NEW], { env: PLAIN_CALLS });
    return parseTrace(fs.readFileSync(log, "utf8"), directory);
  }

  async function violations(action: string, start: string | undefined) {
    const operations = await traced(action, start);
    const initial: Record<string, Buffer> = start === undefined ? {} : { "s.csv": Buffer.from(start) };
    const found = new Set<string>();
    let stateCount = 0;
    for (const { bytes, acknowledged } of crashStates("s.csv", initial, operations)) {
      stateCount++;
      const text = bytes?.toString();
      if (text === NEW) continue;
      if (text !== start) found.add("torn or missing");
      else if (acknowledged.length > 0) found.add("acknowledged change lost");
    }
    return { operations: operations.map(({ kind }) => kind).join(" "), stateCount, found: [...found].sort() };
  }

  test("leaves a replaced file wholly old or wholly new, and new once that was acknowledged", async () => {
    expect(await violations("replace", OLD)).toEqual({
      operations: "create write write sync rename sync-directory acknowledge",
      stateCount: 15,
      found: [],
    });
  });

  test("leaves a new file missing or whole, and whole once that was acknowledged", async () => {
    expect(await violations("replace", undefined)).toEqual({
      operations: "create write write sync link unlink sync-directory acknowledge",
      stateCount: 23,
      found: [],
    });
  });

  test.each([
    ["truncate-and-write", ["torn or missing"]],
    ["no-file-fsync", ["torn or missing"]],
    ["no-directory-fsync", ["acknowledged change lost"]],
  ])("is found to lose sessions by the protocol %s", async (protocol, losses) => {
    expect((await violations(protocol, OLD)).found).toEqual(losses);
  });
});
