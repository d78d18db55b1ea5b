// Laws 3 and 5, and what happens when another program, which knows no lock, writes in the middle of a removal.
import { spawn } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SessionsError } from "../../src/errors.js";
import { CsvStore } from "../../src/store/csv-store.js";
import { line, RETENTION } from "../session/records.js";
import { failureOf, temporaryFolder } from "../storage/folder.js";
import { contentOf, EVERYTHING, fileOf, namesBeside, OPTIONS, readIds, removalById, storeWith } from "./store-file.js";

const [A, B, C] = ["a", "b", "c"].map((session_id) => line({ session_id })) as [string, string, string];

/** Puts a new version in place as our own writers do. */
function replaceBy(file: string, content: string): void {
  fs.writeFileSync(`${file}.other`, content);
  fs.renameSync(`${file}.other`, file);
}

describe("while a removal is approved, the file", () => {
  test.each([
    ["is replaced", replaceBy],
    ["is rewritten in place", (file: string, content: string) => fs.writeFileSync(file, content)],
  ])("%s once, and the removal is done on the new version", async (_, write) => {
    const { file, store } = storeWith(fileOf(A, B));
    let approvals = 0;
    const approve = (): void => {
      approvals += 1;
      if (approvals === 1) write(file, fileOf(A, B, C));
    };
    const { plan } = await store.remove(removalById("a"), { approve });
    expect([approvals, plan.total, contentOf(file), namesBeside(file)]).toEqual([2, 3, fileOf(B, C), ["s.csv"]]);
  });

  test("gains a record at its end, which stays", async () => {
    const { file, store } = storeWith(fileOf(A, B));
    let approvals = 0;
    const approve = (): void => {
      approvals += 1;
      if (approvals === 1) fs.appendFileSync(file, `${C}\n`);
    };
    await store.remove(removalById("a"), { approve });
    expect(contentOf(file)).toBe(fileOf(B, C));
  });

  test("is replaced each time, and the removal gives up with STORE_CHANGED and the other's version in place", async () => {
    const { file, store } = storeWith(fileOf(A, B));
    let approvals = 0;
    const approve = (): void => {
      approvals += 1;
      replaceBy(file, fileOf(A, B, line({ session_id: `version ${approvals}` })));
    };
    const failure = await failureOf(() => store.remove(removalById("a"), { approve }));
    const latest = fileOf(A, B, line({ session_id: `version ${approvals}` }));
    expect([failure.code, approvals, contentOf(file), namesBeside(file)]).toEqual([
      "STORE_CHANGED",
      3,
      latest,
      ["s.csv"],
    ]);
  });

  test("is emptied, and the removal is refused instead of writing the old sessions back", async () => {
    const { file, store } = storeWith(fileOf(A, B));
    const failure = await failureOf(() => store.remove(removalById("a"), { approve: () => fs.truncateSync(file) }));
    expect([failure.code, contentOf(file)]).toEqual(["STORE_DAMAGED", ""]);
  });

  test("goes away, and is not made again", async () => {
    const { file, store } = storeWith(fileOf(A, B));
    const failure = await failureOf(() => store.remove(removalById("a"), { approve: () => fs.unlinkSync(file) }));
    expect([failure.code, namesBeside(file)]).toEqual(["STORE_NOT_FOUND", []]);
  });

  test("is another one, because the link to it moved, and neither of the two is changed", async () => {
    const { file: one } = storeWith(fileOf(A, B));
    const { file: other } = storeWith(fileOf(A, C));
    const link = path.join(temporaryFolder(), "link.csv");
    fs.symlinkSync(one, link);
    const approve = (): void => {
      fs.rmSync(link);
      fs.symlinkSync(other, link);
    };
    const failure = await failureOf(() => CsvStore.atPath(link, OPTIONS).remove(removalById("a"), { approve }));
    expect([failure.code, contentOf(one), contentOf(other)]).toEqual(["STORE_CHANGED", fileOf(A, B), fileOf(A, C)]);
  });
});

describe("where the file is rewritten in place while it is read, there is no answer but STORE_CHANGED", () => {
  /** The first timestamp that is decoded has the file rewritten. */
  function rewrittenMeanwhile(): CsvStore {
    const { file } = storeWith(fileOf(A, B));
    const naiveOffset = (): number => {
      fs.writeFileSync(file, fileOf(A, B, C));
      return 0;
    };
    return CsvStore.atPath(file, { ...OPTIONS, naiveOffset });
  }

  test("of a plan", async () => {
    expect((await failureOf(() => rewrittenMeanwhile().planRemoval(EVERYTHING))).code).toBe("STORE_CHANGED");
  });

  test("of statistics", async () => {
    const request = { selection: [], retention: RETENTION, grouping: { field: "platform" } };
    expect((await failureOf(() => rewrittenMeanwhile().stats(request))).code).toBe("STORE_CHANGED");
  });

  test("of a search", async () => {
    const request = { selection: [{ type: "time" as const, column: "created_at" as const }], retention: RETENTION };
    expect((await failureOf(() => rewrittenMeanwhile().find("telegram", request))).code).toBe("STORE_CHANGED");
  });
});

describe("removals at once in one process", () => {
  test("of one store lose nothing", async () => {
    const ids = Array.from({ length: 12 }, (_, index) => `s${index}`);
    const { file, store } = storeWith(fileOf(...ids.map((session_id) => ({ session_id })), A));
    await Promise.all(ids.map((id) => store.remove(removalById(id), {})));
    expect(contentOf(file)).toBe(fileOf(A));
  });

  test("of two stores on one file, one of them through a link, lose nothing", async () => {
    const { file, store } = storeWith(fileOf(A, B, C));
    const link = path.join(temporaryFolder(), "link.csv");
    fs.symlinkSync(file, link);
    const linked = CsvStore.atPath(link, OPTIONS);
    await Promise.all([store.remove(removalById("a"), {}), linked.remove(removalById("c"), {})]);
    expect(contentOf(file)).toBe(fileOf(B));
  });

  test("wait no longer than they may: STORE_LOCKED, and nothing written by the one that waited", async () => {
    const { file, store } = storeWith(fileOf(A, B, C));
    const impatient = CsvStore.atPath(file, { lock: { ...OPTIONS.lock, waitMs: 0 } });
    let second: Promise<unknown> | undefined;
    const approve = (): void => {
      second ??= failureOf(() => impatient.remove(removalById("b"), {}));
    };
    await store.remove(removalById("a"), { approve });
    expect([await second, contentOf(file)]).toMatchObject([{ code: "STORE_LOCKED" }, fileOf(B, C)]);
  });
});

describe("removals in two processes", () => {
  let driver = "";
  beforeAll(async () => {
    fs.mkdirSync("node_modules/.cache", { recursive: true });
    // Inside the project, so that it finds the packages that stay outside the bundle.
    driver = path.join(fs.mkdtempSync(path.resolve("node_modules/.cache/sessions-store-")), "driver.mjs");
    await build({
      entryPoints: ["test/store/removing-process.ts"],
      outfile: driver,
      bundle: true,
      platform: "node",
      format: "esm",
      target: "node20",
      external: ["fs-native-extensions"],
    });
  });
  afterAll(() => fs.rmSync(path.dirname(driver), { recursive: true, force: true }));

  function removing(file: string, ids: readonly string[]): Promise<string> {
    const child = spawn(process.execPath, [driver, file, ...ids], { stdio: ["ignore", "pipe", "inherit"] });
    let output = "";
    child.stdout.on("data", (data: Buffer) => (output += data.toString()));
    return new Promise((resolve) => child.on("close", () => resolve(output)));
  }

  test("lose nothing, each session being removed by its own commit", async () => {
    const ids = (name: string): string[] => Array.from({ length: 40 }, (_, index) => `${name}${index}`);
    const { file } = storeWith(
      fileOf(
        ...[...ids("x"), ...ids("y")].flatMap((session_id) => [
          line({ session_id }),
          line({ session_id: `kept ${session_id}` }),
        ]),
      ),
    );
    const outputs = await Promise.all([removing(file, ids("x")), removing(file, ids("y"))]);
    expect(outputs).toEqual(["removed 40\n", "removed 40\n"]);
    const kept = [...ids("x"), ...ids("y")].map((id) => line({ session_id: `kept ${id}` }));
    expect(contentOf(file)).toBe(fileOf(...kept));
  });
});

test("a program that rewrites the file in place all the time never gets a mixture of two versions", async () => {
  const COUNT = 12_000;
  /** No two versions have one size. */
  const version = (number: number): string =>
    fileOf(
      ...Array.from({ length: COUNT }, (_, index) =>
        line({ session_id: `s${index}`, platform: `v${number}`, thread_id: index === 0 ? "t".repeat(number) : "t" }),
      ),
    );
  const { file, store } = storeWith(version(1));
  const versions = Array.from({ length: 12 }, (_, number) => version(number + 2));
  let outcomes = 0;
  for (const next of versions) {
    const removal = store.remove(removalById("s7", `s${COUNT - 1}`), {}).catch((error: unknown) => error);
    const delayMs = outcomes * 2;
    await new Promise((resolve) => setTimeout(resolve, delayMs));
    fs.writeFileSync(file, next);
    await removal;
    const platforms = new Set<string>();
    let count = 0;
    for await (const batch of store.read({ selection: [], retention: RETENTION })) {
      for (const session of batch) platforms.add(session.platform);
      count += batch.length;
    }
    expect(platforms.size).toBe(1);
    expect([COUNT, COUNT - 2]).toContain(count);
    outcomes += 1;
  }
  expect(namesBeside(file)).toEqual(["s.csv"]);
});

test("a reader sees one whole version at any time, while sessions are removed (law 5)", async () => {
  const ids = Array.from({ length: 30 }, (_, index) => `s${index}`);
  const { store } = storeWith(fileOf(...ids.map((session_id) => ({ session_id }))));
  let isDone = false;
  const seen: number[] = [];
  const reading = (async () => {
    while (!isDone) {
      seen.push((await readIds(store)).length);
      await new Promise((resolve) => setImmediate(resolve));
    }
  })();
  for (const id of ids.slice(0, 15)) await store.remove(removalById(id), {});
  isDone = true;
  await reading;
  expect([...seen].sort((left, right) => right - left)).toEqual(seen);
  expect(seen.every((count) => count >= 15 && count <= 30)).toBe(true);
  expect((await store.planRemoval(EVERYTHING)).removed).toBe(15);
});

test("a plan that is refused for a file that nobody changed is made once", async () => {
  const { store } = storeWith(fileOf(A, B));
  let plans = 0;
  const approve = (): void => {
    plans += 1;
    throw new SessionsError("STORE_CHANGED", { reason: "not what was shown" });
  };
  const failure = await failureOf(() => store.remove(removalById("a"), { approve }));
  expect([failure.details.reason, plans]).toEqual(["not what was shown", 1]);
});

test("a file that looks damaged only while another program writes it is looked at again", async () => {
  const { file, store } = storeWith(fileOf({ session_id: "a" }, `"half`));
  const removal = store.remove(removalById("a"), {});
  setTimeout(() => fs.writeFileSync(file, fileOf({ session_id: "a" }, { session_id: "b" })), 50);
  expect((await removal).plan.removed).toBe(1);
  expect(await readIds(store)).toEqual(["b"]);
});
