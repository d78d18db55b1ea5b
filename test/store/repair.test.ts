// Law 8 in files: what a repair does not put into the new file is somewhere else, and the old file is never worse off.
import fs from "node:fs";
import path from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { RepairPlan, planRepair } from "../../src/check/repair.js";
import type { Segment } from "../../src/check/segment.js";
import { openSnapshot } from "../../src/storage/snapshot.js";
import { acquireLock } from "../../src/storage/lock.js";
import { prepareRepair, repairedPieces } from "../../src/store/csv-repair.js";
import { repairInPlace, repairTo, writeSalvaged, type RepairWriting } from "../../src/store/csv-repair-writing.js";
import { memorySource } from "../../src/store/csv-source.js";
import { failureOf, fileWith, HOLDER, IS_ROOT } from "../storage/folder.js";
import { planByLines, repairedByLines } from "./line-plan.js";

const NOW = new Date("2025-09-30T10:45:00Z");
const WRITING: RepairWriting = { lock: { waitMs: 1000, holder: HOLDER }, now: NOW };
const DAMAGED = "head\nkept\n~heal me\n!aside \u00e9\n# comment\n!\nlast\n";
const BACKUP = "s-20250930T104500Z.csv";
const QUARANTINE = "20250930T104500Z.jsonl";

type MakePlan = typeof planRepair;

function prepared(file: string, makePlan: MakePlan = planByLines) {
  const snapshot = openSnapshot(file);
  return { snapshot, prepared: prepareRepair({ source: snapshot, location: file }, { lossy: false }, makePlan) };
}

async function inPlace(file: string, makePlan: MakePlan = planByLines, writing = WRITING) {
  const { snapshot, prepared: repair } = prepared(file, makePlan);
  using open = snapshot;
  return await repairInPlace(repair, open, writing);
}

/** The plan by lines with one thing changed. */
function planWith(change: (plan: RepairPlan) => Partial<RepairPlan>): MakePlan {
  return (source, options, listener) => {
    const plan = planByLines(source, options, listener);
    return { ...plan, ...change(plan) };
  };
}

function treeOf(file: string): string[] {
  const folder = path.dirname(file);
  return fs
    .readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => fs.statSync(path.join(folder, name)).isFile())
    .sort();
}

function beside(file: string, ...names: string[]): string {
  return path.join(`${file}.d`, ...names);
}

test("in place: the file is repaired, its old bytes are in the backup, what is set aside is in the quarantine", async () => {
  const file = fileWith(DAMAGED);
  const written = await inPlace(file);
  expect(written).toEqual({
    output: file,
    backup: beside(file, "backups", BACKUP),
    quarantine: beside(file, "quarantine", QUARANTINE),
    partial: undefined,
    warnings: [],
  });
  expect(fs.readFileSync(file, "utf8")).toBe(repairedByLines(DAMAGED));
  expect(fs.readFileSync(beside(file, "backups", BACKUP), "utf8")).toBe(DAMAGED);
  const lines = fs.readFileSync(beside(file, "quarantine", QUARANTINE), "utf8").split("\n");
  expect(lines).toEqual([
    '{"line":4,"byteOffset":19,"byteLength":10,"reason":"a line that is no record","codes":["text-line"],"text":"!aside \u00e9\\n","fields":{"session_id":"aside \u00c3\u00a9"}}',
    '{"line":6,"byteOffset":39,"byteLength":2,"reason":"a line that is no record","codes":["text-line"],"text":"!\\n","fields":{}}',
    "",
  ]);
  expect(treeOf(file)).toEqual([
    "s.csv",
    `s.csv.d/backups/${BACKUP}`,
    "s.csv.d/lock",
    `s.csv.d/quarantine/${QUARANTINE}`,
  ]);
  for (const name of [`backups/${BACKUP}`, `quarantine/${QUARANTINE}`]) {
    expect(fs.statSync(beside(file, name)).mode & 0o777).toBe(0o600);
  }
  expect(fs.statSync(beside(file, "backups")).mode & 0o777).toBe(0o700);
});

test("nothing set aside makes no quarantine", async () => {
  const file = fileWith("head\n~x\n");
  expect((await inPlace(file)).quarantine).toBeUndefined();
  expect(treeOf(file)).toEqual(["s.csv", `s.csv.d/backups/${BACKUP}`, "s.csv.d/lock"]);
});

test("a second repair in the same second overwrites neither backup nor quarantine", async () => {
  const file = fileWith(DAMAGED);
  await inPlace(file);
  fs.writeFileSync(file, "second\n!other\n");
  const written = await inPlace(file);
  expect(written.backup).toBe(beside(file, "backups", "s-20250930T104500Z-2.csv"));
  expect(written.quarantine).toBe(beside(file, "quarantine", "20250930T104500Z-2.jsonl"));
  expect(fs.readFileSync(beside(file, "backups", BACKUP), "utf8")).toBe(DAMAGED);
  expect(fs.readFileSync(written.backup ?? "", "utf8")).toBe("second\n!other\n");
});

test("bytes that are no text stand in the quarantine as base64, also in a piece of several windows", async () => {
  const bytes = Buffer.concat([Buffer.from("head\n!"), Buffer.alloc(2_000_001, 0xfe), Buffer.from("\n")]);
  const file = fileWith("");
  fs.writeFileSync(file, bytes);
  const { quarantine = "" } = await inPlace(file);
  const line = JSON.parse(fs.readFileSync(quarantine, "utf8")) as { base64: string; text?: string };
  expect(line.text).toBeUndefined();
  expect(Buffer.from(line.base64, "base64").equals(bytes.subarray(5))).toBe(true);
});

test("text of several windows stands whole, with characters across their borders, quotes and a byte order mark", async () => {
  const text = `!\ufeff${'\u20ac"\\\u{1f600}'.repeat(200_000)}\n`;
  const file = fileWith(`head\n${text}`);
  const { quarantine = "" } = await inPlace(file);
  expect((JSON.parse(fs.readFileSync(quarantine, "utf8")) as { text: string }).text === text).toBe(true);
});

test("--partial: what is certain, in the eight columns", async () => {
  const file = fileWith('head\n!one\n!\n!t"w,o\n');
  const partial = path.join(path.dirname(file), "partial.csv");
  await inPlace(file, planByLines, { ...WRITING, partial });
  expect(fs.readFileSync(partial, "utf8")).toBe(
    "session_id,user_id,platform,thread_id,created_at,last_activity,pending_approval,metadata\r\n" +
      'one,,,,,,,\r\n"t""w,o",,,,,,,\r\n',
  );
  expect(fs.statSync(partial).mode & 0o777).toBe(0o600);
});

test("another file: it is made with its quarantine, and replaced the next time; the input is only read", async () => {
  const file = fileWith(DAMAGED);
  const out = path.join(path.dirname(file), "out.csv");
  for (const mode of [0o600, 0o644]) {
    const { snapshot, prepared: repair } = prepared(file);
    using open = snapshot;
    const { quarantine } = await repairTo(repair, out, { ...WRITING, mayReplace: mode === 0o644 });
    expect(quarantine).toBe(`${out}.quarantine.jsonl`);
    expect(fs.readFileSync(out, "utf8")).toBe(repairedByLines(DAMAGED));
    expect(fs.statSync(out).mode & 0o777).toBe(mode);
    expect(open.isCurrent()).toBe(true);
    fs.chmodSync(out, 0o644);
  }
  expect(treeOf(file)).toEqual(["out.csv", "out.csv.quarantine.jsonl", "s.csv"]);
});

test.for(["out.csv", "out.csv.quarantine.jsonl", "p.csv"])(
  "%s that is there is not replaced unasked",
  async (taken) => {
    const file = fileWith(DAMAGED);
    const [out, partial] = ["out.csv", "p.csv"].map((name) => path.join(path.dirname(file), name));
    fs.writeFileSync(path.join(path.dirname(file), taken), "old");
    const { snapshot, prepared: repair } = prepared(file);
    onTestFinished(() => snapshot.close());
    expect(await failureOf(() => repairTo(repair, out ?? "", { ...WRITING, partial }))).toMatchObject({
      code: "STORE_EXISTS",
    });
    expect(treeOf(file)).toEqual([taken, "s.csv"].sort());
    expect(fs.readFileSync(path.join(path.dirname(file), taken), "utf8")).toBe("old");
  },
);

test("a file that needs no repair is copied byte for byte, whatever its plan gives out", async () => {
  const file = fileWith("head\nkept\n");
  const out = path.join(path.dirname(file), "out.csv");
  const { snapshot, prepared: repair } = prepared(
    file,
    planWith(() => ({ output: () => [Buffer.from("?")] })),
  );
  onTestFinished(() => snapshot.close());
  await repairTo(repair, out, WRITING);
  expect(fs.readFileSync(out, "utf8")).toBe("head\nkept\n");
});

test("standard input is repaired from memory", () => {
  const source = memorySource(Buffer.from(DAMAGED));
  const repair = prepareRepair({ source, location: "standard input" }, { lossy: false }, planByLines);
  const text = Buffer.concat(Array.from(repairedPieces(repair), (piece) => Buffer.from(piece))).toString();
  expect(text).toBe(repairedByLines(DAMAGED));
});

test("only what is certain can be written alone", async () => {
  const file = fileWith("head\n!one\n");
  const { snapshot, prepared: repair } = prepared(file);
  onTestFinished(() => snapshot.close());
  const partial = path.join(path.dirname(file), "p.csv");
  await writeSalvaged(repair, WRITING, partial);
  expect(fs.readFileSync(partial, "utf8")).toContain("\r\none,");
  expect(treeOf(file)).toEqual(["p.csv", "s.csv"]);
});

const SPAN = { kind: "kept", byteOffset: 0, byteLength: 5 } as const;

test.for<[string, readonly Segment[]]>([
  ["a gap", [SPAN, { ...SPAN, byteOffset: 6, byteLength: DAMAGED.length + 1 - 6 }]],
  ["an overlap", [SPAN, { ...SPAN, byteOffset: 4, byteLength: DAMAGED.length + 1 - 4 }]],
  ["an end before that of the content", [SPAN]],
  ["an end behind it", [{ ...SPAN, byteLength: DAMAGED.length + 2 }]],
  ["no segment", []],
  ["a start behind that of the content", [{ ...SPAN, byteOffset: 1, byteLength: DAMAGED.length }]],
])("a plan with %s is refused as a mistake of ours", ([, segments]) => {
  const file = fileWith(DAMAGED);
  expect(() =>
    prepared(
      file,
      planWith(() => ({ segments: () => segments })),
    ),
  ).toThrow(/^The plan of the repair/);
});

test.for<[string, (plan: RepairPlan) => Partial<RepairPlan>]>([
  ["an output that is too short", () => ({ output: () => [Buffer.from("head\n")] })],
  ["an output that is too long", (plan) => ({ output: () => [...plan.output(), Buffer.from("x")] })],
  ["a quarantine that lacks a piece", (plan) => ({ quarantine: () => [...plan.quarantine()].slice(1) })],
  [
    "an output that fails",
    () => ({
      output: () => {
        throw new Error("no");
      },
    }),
  ],
])("a plan with %s changes nothing and leaves nothing", async ([, change]) => {
  const file = fileWith(DAMAGED);
  await expect(inPlace(file, planWith(change))).rejects.toThrow(Error);
  expect(fs.readFileSync(file, "utf8")).toBe(DAMAGED);
  expect(treeOf(file)).toEqual(["s.csv", "s.csv.d/lock"]);
});

test.for<[string, (file: string) => void]>([
  ["replaced", (file) => fs.renameSync(`${file}.new`, file)],
  ["written in place", (file) => fs.writeFileSync(file, "new\n")],
  ["appended to", (file) => fs.appendFileSync(file, "new\n")],
])("a file that was %s since it was planned for is left alone", async ([, change]) => {
  const file = fileWith(DAMAGED);
  const { snapshot, prepared: repair } = prepared(file);
  using open = snapshot;
  fs.writeFileSync(`${file}.new`, "new\n");
  change(file);
  const after = fs.readFileSync(file, "utf8");
  fs.rmSync(`${file}.new`, { force: true });
  const error = await failureOf(() => repairInPlace(repair, open, WRITING));
  expect(error.code).toBe("STORE_CHANGED");
  expect(fs.readFileSync(file, "utf8")).toBe(after);
  expect(treeOf(file)).toEqual(["s.csv", "s.csv.d/lock"]);
});

test("a file that is replaced while the new version is written is left alone, and no backup of the old one stays", async () => {
  const file = fileWith(DAMAGED);
  const makePlan = planWith((plan) => ({
    *output() {
      fs.writeFileSync(`${file}.new`, "new\n");
      fs.renameSync(`${file}.new`, file);
      yield* plan.output();
    },
  }));
  const error = await failureOf(() => inPlace(file, makePlan));
  expect(error.code).toBe("STORE_CHANGED");
  expect(fs.readFileSync(file, "utf8")).toBe("new\n");
  expect(treeOf(file)).toEqual(["s.csv", "s.csv.d/lock"]);
});

test("a file that shrinks while its plan is made has changed, which is no mistake of ours", async () => {
  const file = fileWith(DAMAGED);
  const error = await failureOf(() =>
    prepared(file, (source) => {
      fs.writeFileSync(file, "x");
      return planByLines(source);
    }),
  );
  expect(error.code).toBe("STORE_CHANGED");
});

test("an older copy that changes while it is read stops the repair", async () => {
  const file = fileWith(DAMAGED);
  const older = fileWith("older");
  const error = await failureOf(() => {
    using source = openSnapshot(file);
    using backup = openSnapshot(older);
    fs.appendFileSync(older, "more");
    prepareRepair(
      { source, location: file, backup: { source: backup, location: older } },
      { lossy: false },
      planByLines,
    );
  });
  expect([error.code, error.details.path]).toEqual(["STORE_CHANGED", older]);
});

test("the file may still be in the middle of being written where it is this young: then it is looked at again", async () => {
  const file = fileWith(DAMAGED);
  const { snapshot, prepared: repair } = prepared(file);
  using open = snapshot;
  const work = failureOf(() => repairInPlace(repair, open, { ...WRITING, now: open.mtime }));
  setTimeout(() => fs.appendFileSync(file, "the rest\n"), 50);
  expect((await work).code).toBe("STORE_CHANGED");
  expect(fs.readFileSync(file, "utf8")).toBe(`${DAMAGED}the rest\n`);
});

test("while another holds the lock nothing is written", async () => {
  const file = fileWith(DAMAGED);
  using lock = await acquireLock(file, { waitMs: 0, holder: HOLDER });
  const error = await failureOf(() => inPlace(file, planByLines, { ...WRITING, lock: { waitMs: 0, holder: HOLDER } }));
  expect([error.code, error.details.path]).toEqual(["STORE_LOCKED", lock.realPath]);
  expect(treeOf(file)).toEqual(["s.csv", "s.csv.d/lock"]);
});

test("an interrupt before the commit leaves nothing", async () => {
  const file = fileWith(DAMAGED);
  const controller = new AbortController();
  const makePlan = planWith((plan) => ({
    *output() {
      controller.abort("SIGINT");
      yield* plan.output();
    },
  }));
  const error = await failureOf(() => inPlace(file, makePlan, { ...WRITING, signal: controller.signal }));
  expect(error.code).toBe("CANCELLED");
  expect(fs.readFileSync(file, "utf8")).toBe(DAMAGED);
  expect(treeOf(file)).toEqual(["s.csv", "s.csv.d/lock"]);
});

test.for(["backups", "quarantine"])("a link in the place of the folder %s is not followed", async (name) => {
  const file = fileWith(DAMAGED);
  const elsewhere = path.join(path.dirname(file), "elsewhere");
  fs.mkdirSync(elsewhere);
  fs.mkdirSync(`${file}.d`);
  fs.symlinkSync(elsewhere, beside(file, name));
  const error = await failureOf(() => inPlace(file));
  expect([error.code, error.details.reason]).toEqual(["IO_FAILED", "a symbolic link stands there"]);
  expect(fs.readFileSync(file, "utf8")).toBe(DAMAGED);
  expect(fs.readdirSync(elsewhere)).toEqual([]);
});

test("what a killed repair left in the folders is removed by the next one", async () => {
  const file = fileWith(DAMAGED);
  fs.mkdirSync(beside(file, "backups"), { recursive: true });
  fs.writeFileSync(beside(file, "backups", ".s-20200101T000000Z.csv.sessions-tmp"), "half");
  await inPlace(file);
  expect(fs.readdirSync(beside(file, "backups"))).toEqual([BACKUP]);
});

test("through a symbolic link the file behind it is repaired, and its backup lies beside that file", async () => {
  const file = fileWith(DAMAGED);
  const link = path.join(path.dirname(file), "link.csv");
  fs.symlinkSync("s.csv", link);
  const { backup } = await inPlace(link);
  expect(backup).toBe(beside(file, "backups", BACKUP));
  expect(fs.lstatSync(link).isSymbolicLink()).toBe(true);
  expect(fs.readFileSync(file, "utf8")).toBe(repairedByLines(DAMAGED));
});

test("a file without the ending .csv keeps its whole name in that of the backup", async () => {
  const file = fileWith("");
  const other = path.join(path.dirname(file), "data.txt");
  fs.writeFileSync(other, "!x\n");
  expect((await inPlace(other)).backup).toBe(beside(other, "backups", "data.txt-20250930T104500Z.csv"));
});

test.skipIf(!IS_ROOT)("what an administrator's repair leaves beside a file belongs to the file's owner", async () => {
  const file = fileWith(DAMAGED);
  fs.chownSync(file, 65_534, 65_533);
  const { backup = "", quarantine = "" } = await inPlace(file);
  for (const made of [file, backup, quarantine, path.dirname(backup), path.dirname(quarantine)]) {
    const { uid, gid } = fs.statSync(made);
    expect([made, uid, gid]).toEqual([made, 65_534, 65_533]);
  }
});
