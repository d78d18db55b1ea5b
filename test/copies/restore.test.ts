import {
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { openBackup } from "../../src/copies/open-backup.js";
import { readManifest } from "../../src/copies/manifest.js";
import { prepareRestore, writeRestore, type RestoreWritten } from "../../src/copies/restore.js";
import { verifyBackup } from "../../src/copies/verify-backup.js";
import { backupAt } from "../../src/copies/backup-list.js";
import { writeBackup } from "../../src/copies/write-backup.js";
import type { BackupEncryption } from "../../src/copies/encode-backup.js";
import { keyPair } from "./backups.js";
import { csvFile, csvRow } from "../cli/context.js";
import { HOLDER, temporaryFolder } from "../storage/folder.js";

const NOW = new Date("2025-09-30T10:45:00Z");
const OLD = csvFile(csvRow({ id: "a" }), csvRow({ id: "b", metadata: '{"text":"é, \\"x\\""}' }));
const NEW = csvFile(csvRow({ id: "c" }));
const SAFETY = "s-20250930T104500Z.csv";
const PASSPHRASE = { keys: { identities: [], passphrase: async () => "correct horse" } };

interface Case {
  readonly file: string;
  readonly backup: string;
}

/** A file that holds NEW, and a backup of it from when it held OLD. */
async function caseWith(
  form: { readonly isCompressed?: boolean; readonly encryption?: BackupEncryption } = {},
): Promise<Case> {
  const file = path.join(temporaryFolder(), "s.csv");
  writeFileSync(file, OLD, { mode: 0o640 });
  const { path: backup } = await writeBackup(file, {
    encoding: { isCompressed: form.isCompressed === true, encryption: form.encryption },
    destination: "beside the file",
    now: new Date("2025-09-29T10:00:00Z"),
    tool: "sessions 1.2.3",
  });
  writeFileSync(file, NEW);
  return { file, backup };
}

async function restore(
  { file, backup }: Case,
  options = {},
  meanwhile: () => void = () => undefined,
): Promise<RestoreWritten> {
  using prepared = await prepareRestore(backup, file, { temporaryFolder: tmpdir(), ...options });
  meanwhile();
  return await writeRestore(prepared, { lock: { waitMs: 0, holder: HOLDER }, now: NOW, tool: "sessions 1.2.3" });
}

/** Names in the folder of backups that were not there before a restore. */
function newIn({ backup }: Case): string[] {
  return readdirSync(path.dirname(backup)).filter((name) => name.includes("20250930"));
}

describe("nothing is written", () => {
  test(
    "for a bit that is flipped anywhere, or a cut anywhere, in whatever form the backup is stored",
    { timeout: 60_000 },
    async () => {
      for (const form of [{}, { isCompressed: true }]) {
        const made = await caseWith(form);
        const whole = readFileSync(made.backup);
        for (let at = 0; at < whole.length; at += 1) {
          const flipped = Buffer.from(whole);
          flipped.writeUInt8((flipped[at] ?? 0) ^ (1 << (at % 8)), at);
          for (const bytes of [flipped, whole.subarray(0, at)]) {
            writeFileSync(made.backup, bytes);
            await expect(restore(made), `${at}`).rejects.toMatchObject({ code: "STORE_DAMAGED" });
          }
        }
        expect(readFileSync(made.file, "utf8")).toBe(NEW);
        expect(newIn(made)).toEqual([]);
      }
    },
  );

  test("for an encrypted backup that was changed or cut anywhere, and for a wrong key", async () => {
    const [key, another] = [await keyPair(), await keyPair()];
    const made = await caseWith({ isCompressed: true, encryption: { recipients: [key.recipient] } });
    const whole = readFileSync(made.backup);
    const keys = { keys: { identities: [key.identity] } };
    const wrong = { keys: { identities: [another.identity] } };
    await expect(restore(made, wrong)).rejects.toMatchObject({ code: "WRONG_KEY" });
    for (let at = 0; at < whole.length; at += 7) {
      const flipped = Buffer.from(whole);
      flipped.writeUInt8((flipped[at] ?? 0) ^ (1 << (at % 8)), at);
      for (const bytes of [flipped, whole.subarray(0, at)]) {
        writeFileSync(made.backup, bytes);
        await expect(restore(made, keys), `${at}`).rejects.toMatchObject({ code: "STORE_DAMAGED" });
      }
    }
    expect([readFileSync(made.file, "utf8"), newIn(made)]).toEqual([NEW, []]);
  });

  test.each([
    ["is no session file", "nothing of ours\n"],
    ["is empty", ""],
    ["was cut in a record", OLD.slice(0, -30)],
    ["was cut before its last line break", OLD.slice(0, -1)],
    ["has a record that is not whole", `${OLD}x,y\n`],
    ["has a quote that is not closed", `${OLD}"x\n`],
    ["is a cut gzip file", gzipSync(OLD).subarray(0, -1)],
  ])("for a file without a manifest that %s", async (_, content) => {
    const made = await caseWith();
    const backup = path.join(path.dirname(made.file), "copy.csv");
    writeFileSync(backup, content);
    await expect(restore({ ...made, backup })).rejects.toMatchObject({ code: "STORE_DAMAGED" });
    expect([readFileSync(made.file, "utf8"), newIn(made)]).toEqual([NEW, []]);
  });

  test.each([
    ["writes into the file", (file: string) => writeFileSync(file, `${NEW}${csvRow({ id: "d" })}\n`)],
    [
      "replaces the file",
      (file: string) => {
        writeFileSync(`${file}.new`, NEW);
        renameSync(`${file}.new`, file);
      },
    ],
  ])("where another program %s after it was compared", async (_, meanwhile) => {
    const made = await caseWith();
    let left = "";
    const write = (): void => {
      meanwhile(made.file);
      left = readFileSync(made.file, "utf8");
    };
    await expect(restore(made, {}, write)).rejects.toMatchObject({ code: "STORE_CHANGED" });
    expect([readFileSync(made.file, "utf8"), newIn(made)]).toEqual([left, []]);
  });

  test("where the file came to be in the meantime", async () => {
    const made = await caseWith();
    const file = path.join(path.dirname(made.file), "t.csv");
    await expect(restore({ ...made, file }, {}, () => writeFileSync(file, NEW))).rejects.toMatchObject({
      code: "STORE_CHANGED",
    });
    expect(readFileSync(file, "utf8")).toBe(NEW);
  });

  test("where the backup is changed after it was verified", async () => {
    const made = await caseWith();
    const change = (): void => writeFileSync(made.backup, OLD.replace("telegram_1", "telegram_2"));
    await expect(restore(made, {}, change)).rejects.toMatchObject({
      code: "STORE_CHANGED",
      details: { path: made.backup },
    });
    expect([readFileSync(made.file, "utf8"), newIn(made)]).toEqual([NEW, []]);
  });
});

test.each([
  ["as it is", {}, {}],
  ["compressed", { isCompressed: true }, {}],
  ["encrypted and compressed", { isCompressed: true, encryption: { passphrase: "correct horse" } }, PASSPHRASE],
] as const)("a backup that is stored %s comes back byte for byte, with the file's mode", async (_, form, options) => {
  const made = await caseWith(form);
  await restore(made, options);
  expect(readFileSync(made.file, "utf8")).toBe(OLD);
  expect(statSync(made.file).mode & 0o777).toBe(0o640);
});

test("the old file is kept among the backups, as a good one", async () => {
  const made = await caseWith();
  const { safetyCopy = "", number } = await restore(made);
  expect([path.basename(safetyCopy), readFileSync(safetyCopy, "utf8"), number]).toEqual([SAFETY, NEW, undefined]);
  expect(statSync(safetyCopy).mode & 0o777).toBe(0o600);
  expect(readManifest(safetyCopy)).toMatchObject({ rows: 1, source: made.file, plain: { bytes: NEW.length } });
  const backup = backupAt(safetyCopy);
  expect(backup && (await verifyBackup(backup))).toMatchObject({ problem: undefined, rows: 1 });
  await restore({ ...made, backup: safetyCopy });
  expect(readFileSync(made.file, "utf8")).toBe(NEW);
});

test("a file that is not there is made, mode 0600, without a copy", async () => {
  const made = await caseWith();
  const file = path.join(path.dirname(made.file), "t.csv");
  expect(await restore({ ...made, file })).toMatchObject({ safetyCopy: undefined });
  expect([readFileSync(file, "utf8"), statSync(file).mode & 0o777]).toEqual([OLD, 0o600]);
});

test("a file that cannot be read any more is replaced, and kept", async () => {
  const made = await caseWith();
  writeFileSync(made.file, "torn\0");
  const { safetyCopy = "" } = await restore(made);
  expect([readFileSync(made.file, "utf8"), readFileSync(safetyCopy, "utf8")]).toEqual([OLD, "torn\0"]);
});

test("links: the file behind one is replaced; of hard links it is said that they stay old; one in the way is not followed", async () => {
  const made = await caseWith();
  const link = path.join(path.dirname(made.file), "link.csv");
  symlinkSync(made.file, link);
  linkSync(made.file, `${made.file}.hard`);
  const victim = path.join(path.dirname(made.file), "victim");
  symlinkSync(victim, path.join(path.dirname(made.backup), SAFETY));
  const { warnings, safetyCopy } = await restore({ ...made, file: link });
  expect(warnings).toEqual(["HARD_LINKS_BROKEN"]);
  expect([readFileSync(made.file, "utf8"), existsSync(victim)]).toEqual([OLD, false]);
  expect(path.basename(safetyCopy ?? "")).toBe("s-20250930T104500Z-2.csv");
});

test("what is unpacked has no name while it is there, and is gone after", async () => {
  const made = await caseWith({ isCompressed: true });
  const temporaryFolderOfCase = path.join(path.dirname(made.file), "tmp");
  mkdirSync(temporaryFolderOfCase);
  const names: string[][] = [];
  await restore(
    made,
    { temporaryFolder: temporaryFolderOfCase },
    () => void names.push(readdirSync(temporaryFolderOfCase)),
  );
  expect([names, readdirSync(temporaryFolderOfCase)]).toEqual([[[]], []]);
  const missing = path.join(path.dirname(made.file), "no such folder");
  await expect(restore(made, { temporaryFolder: missing })).rejects.toMatchObject({ code: "IO_FAILED" });
});

test("a gzip bomb ends at the limit", async () => {
  const made = await caseWith();
  const backup = path.join(path.dirname(made.file), "bomb.csv.gz");
  writeFileSync(backup, gzipSync(Buffer.alloc(10_000_000, "x")));
  await expect(restore({ ...made, backup }, { maxBytes: 1_000_000 })).rejects.toMatchObject({ code: "LIMIT_EXCEEDED" });
  expect((await openBackup(made.backup)).isCompressed).toBe(false);
});
