import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { openBackup } from "../../src/copies/open-backup.js";
import { temporaryFolder, failureOf, IS_ROOT } from "../storage/folder.js";
import { backUp, CONTENT, GZIP, keyPair, LARGE_ROWS, largeFile, NOW, sessionFile } from "./backups.js";

const HAS_AGE = spawnSync("age", ["--version"]).status === 0;

function sha256(bytes: string | Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function modeOf(file: string): string {
  return (fs.lstatSync(file).mode & 0o777).toString(8);
}

describe("what is refused", () => {
  test("a file that is not there: nothing is made", async () => {
    const folder = temporaryFolder();
    expect((await failureOf(() => backUp(path.join(folder, "sessions.csv")))).code).toBe("STORE_NOT_FOUND");
    expect(fs.readdirSync(folder)).toEqual([]);
  });

  test("a path that is taken, and it is left as it is", async () => {
    const file = sessionFile();
    const target = path.join(temporaryFolder(), "copy.csv");
    fs.writeFileSync(target, "precious");
    expect((await failureOf(() => backUp(file, { destination: { file: target } }))).code).toBe("STORE_EXISTS");
    expect(fs.readFileSync(target, "utf8")).toBe("precious");
    expect(fs.readdirSync(path.dirname(target))).toEqual(["copy.csv"]);
  });

  test("a symbolic link at the destination, also one that leads nowhere", async () => {
    const file = sessionFile();
    const folder = temporaryFolder();
    const target = path.join(folder, "copy.csv");
    fs.symlinkSync(path.join(folder, "elsewhere.csv"), target);
    expect((await failureOf(() => backUp(file, { destination: { file: target } }))).code).toBe("STORE_EXISTS");
    expect(fs.readdirSync(folder)).toEqual(["copy.csv"]);
  });

  test("a symbolic link at the place of the manifest", async () => {
    const file = sessionFile();
    const folder = temporaryFolder();
    fs.symlinkSync(path.join(folder, "elsewhere"), path.join(folder, "copy.csv.manifest.json"));
    const destination = { file: path.join(folder, "copy.csv") };
    const { code, details } = await failureOf(() => backUp(file, { destination }));
    expect([code, details.hint]).toEqual(["STORE_EXISTS", "name another path, or a folder"]);
    expect(fs.readdirSync(folder)).toEqual(["copy.csv.manifest.json"]);
  });

  test("a symbolic link in the place of the folder for backups", async () => {
    const file = sessionFile();
    const elsewhere = temporaryFolder();
    fs.mkdirSync(`${file}.d`);
    fs.symlinkSync(elsewhere, `${file}.d/backups`);
    expect((await failureOf(() => backUp(file))).code).toBe("IO_FAILED");
    expect(fs.readdirSync(elsewhere)).toEqual([]);
  });

  test("a folder that is not there", async () => {
    const file = sessionFile();
    const destination = { folder: path.join(path.dirname(file), "none") };
    const { code, details } = await failureOf(() => backUp(file, { destination }));
    expect([code, details.hint]).toEqual(["IO_FAILED", `Make the folder first: mkdir -p ${destination.folder}`]);
  });

  test.each([
    ["age1nothing", '"age1nothing" is no recipient of age'],
    ["ssh-ed25519 AAAA", '"ssh-ed25519 AAAA" is no recipient of age'],
    ["AGE-SECRET-KEY-1ABC", "an identity was given for a recipient"],
  ])("%s is no recipient, and nothing is left", async (recipient, reason) => {
    const file = sessionFile();
    const encoding = { isCompressed: false, encryption: { recipients: [recipient] } };
    const { code, details, message } = await failureOf(() => backUp(file, { encoding }));
    expect([code, details.reason]).toEqual(["USAGE", reason]);
    expect(message).not.toContain("SECRET");
    expect(fs.readdirSync(`${file}.d/backups`)).toEqual([]);
  });

  test("a signal that fires leaves nothing", async () => {
    const file = sessionFile();
    expect((await failureOf(() => backUp(file, { signal: AbortSignal.abort() }))).code).toBe("CANCELLED");
    expect(fs.readdirSync(`${file}.d/backups`)).toEqual([]);
  });

  test("a file that another program writes into each time: nothing is left", async () => {
    const file = sessionFile();
    let writes = 0;
    const onRead = (): void => fs.appendFileSync(file, `s${(writes += 1) + 5},u,p,t,,,,\r\n`);
    const { code } = await failureOf(() => backUp(file, { onRead }));
    expect([code, writes]).toEqual(["STORE_CHANGED", 3]);
    expect(fs.readdirSync(`${file}.d/backups`)).toEqual([]);
  });
});

test("a file that another program wrote into once is copied anew", async () => {
  const file = sessionFile();
  let writes = 0;
  const onRead = (): void => {
    if ((writes += 1) === 1) fs.appendFileSync(file, "s3,u,p,t,2025-09-29T10:00:00,2025-09-29T10:00:00,,{}\r\n");
  };
  const { path: backup, manifest } = await backUp(file, { onRead });
  expect(manifest.rows).toBe(3);
  expect(fs.readFileSync(backup, "utf8")).toBe(fs.readFileSync(file, "utf8"));
});

test("a version that is replaced while it is copied is copied whole", async () => {
  const file = sessionFile();
  const onRead = (): void => {
    fs.writeFileSync(`${file}.new`, "session_id\n");
    fs.renameSync(`${file}.new`, file);
  };
  const { path: backup } = await backUp(file, { onRead });
  expect(fs.readFileSync(backup, "utf8")).toBe(CONTENT);
});

test("the copy, its name and its manifest, with modes that keep others out", async () => {
  const file = sessionFile();
  const { path: backup } = await backUp(file);
  expect(backup).toBe(`${file}.d/backups/sessions-20250930T104500Z.csv`);
  expect(fs.readFileSync(backup, "utf8")).toBe(CONTENT);
  const fingerprint = { bytes: CONTENT.length, sha256: sha256(CONTENT) };
  expect(JSON.parse(fs.readFileSync(`${backup}.manifest.json`, "utf8"))).toEqual({
    version: 1,
    source: file,
    created_at: "2025-09-30T10:45:00.123Z",
    tool: "sessions 1.2.3",
    rows: 2,
    broken: 0,
    plain: fingerprint,
    stored: fingerprint,
    compressed: false,
    encrypted: false,
    checked: null,
  });
  expect([modeOf(backup), modeOf(`${backup}.manifest.json`)]).toEqual(["600", "600"]);
  expect([modeOf(`${file}.d`), modeOf(`${file}.d/backups`)]).toEqual(["700", "700"]);
  expect(fs.readdirSync(path.dirname(backup)).sort()).toEqual([
    "sessions-20250930T104500Z.csv",
    "sessions-20250930T104500Z.csv.manifest.json",
  ]);
});

test("a compressed copy is what gunzip reads", async () => {
  const { path: backup, manifest } = await backUp(sessionFile(), { encoding: GZIP });
  expect(path.basename(backup)).toBe("sessions-20250930T104500Z.csv.gz");
  const bytes = fs.readFileSync(backup);
  expect(gunzipSync(bytes).toString()).toBe(CONTENT);
  expect(manifest).toMatchObject({
    plain: { bytes: CONTENT.length, sha256: sha256(CONTENT) },
    stored: { bytes: bytes.length, sha256: sha256(bytes) },
    isCompressed: true,
    isEncrypted: false,
  });
});

test("an encrypted copy is opened by each of its keys", async () => {
  const keys = [await keyPair(), await keyPair()];
  const encoding = { isCompressed: true, encryption: { recipients: keys.map(({ recipient }) => recipient) } };
  const { path: backup, manifest } = await backUp(sessionFile(), { encoding });
  expect(path.basename(backup)).toBe("sessions-20250930T104500Z.csv.gz.age");
  expect(manifest.isEncrypted).toBe(true);
  expect(fs.readFileSync(backup).includes("telegram")).toBe(false);
  for (const { identity } of keys) {
    const { plain } = await openBackup(backup, { keys: { identities: [identity] } });
    const pieces: Uint8Array[] = [];
    for await (const piece of plain) pieces.push(piece);
    expect(Buffer.concat(pieces).toString()).toBe(CONTENT);
  }
});

describe.skipIf(!HAS_AGE)(HAS_AGE ? "the age command" : "the age command (skipped: needs age)", () => {
  test("opens what we encrypt", async () => {
    const { identity, recipient } = await keyPair();
    const encoding = { isCompressed: true, encryption: { recipients: [recipient] } };
    const { path: backup } = await backUp(sessionFile(), { encoding });
    const opened = spawnSync("age", ["--decrypt", "--identity", "-", backup], { input: identity }).stdout;
    expect(gunzipSync(opened).toString()).toBe(CONTENT);
  });
});

test("two backups of one second get two names", async () => {
  const file = sessionFile();
  await backUp(file);
  expect(path.basename((await backUp(file)).path)).toBe("sessions-20250930T104500Z-2.csv");
});

test("a manifest that a killed backup left does not stand in the way", async () => {
  const file = sessionFile();
  const { path: first } = await backUp(file);
  fs.rmSync(first);
  expect(path.basename((await backUp(file)).path)).toBe("sessions-20250930T104500Z-2.csv");
});

test("backups at the same time do not disturb each other", async () => {
  const file = sessionFile();
  const made = await Promise.all([1, 2, 3].map(() => backUp(file)));
  expect(new Set(made.map(({ path: backup }) => backup)).size).toBe(3);
  for (const { path: backup } of made) expect(fs.readFileSync(backup, "utf8")).toBe(CONTENT);
});

test("another folder, and a path", async () => {
  const file = sessionFile();
  const folder = temporaryFolder();
  expect((await backUp(file, { destination: { folder } })).path).toBe(`${folder}/sessions-20250930T104500Z.csv`);
  expect((await backUp(file, { destination: { file: `${folder}/mine.csv` } })).path).toBe(`${folder}/mine.csv`);
  expect(fs.existsSync(`${file}.d`)).toBe(false);
});

test("a damaged file is copied as it is, and what is broken is told", async () => {
  const content = `${CONTENT}s3,"never closed`;
  const { path: backup, manifest } = await backUp(sessionFile(content));
  expect(fs.readFileSync(backup, "utf8")).toBe(content);
  expect([manifest.rows, manifest.broken]).toEqual([3, 1]);
});

test.each(["", "no header\n", "\0\0\0"])("%j has no rows", async (content) => {
  expect((await backUp(sessionFile(content))).manifest.rows).toBeUndefined();
});

test("what a killed backup left is removed after an hour, and nothing else", async () => {
  const file = sessionFile();
  const { path: backup } = await backUp(file);
  const folder = path.dirname(backup);
  const leave = (name: string, agoMs: number): void => {
    fs.writeFileSync(path.join(folder, name), "x");
    const time = new Date(fs.statSync(path.join(folder, name)).mtimeMs - agoMs);
    fs.utimesSync(path.join(folder, name), time, time);
  };
  leave(".old.csv.0123456789abcdef.sessions-part", 3_600_000);
  leave(".new.csv.0123456789abcdef.sessions-part", 3_500_000);
  leave(".other.sessions-part", 9_000_000);
  const before = fs.readdirSync(folder).length;
  await backUp(file);
  expect(fs.readdirSync(folder)).not.toContain(".old.csv.0123456789abcdef.sessions-part");
  expect(fs.readdirSync(folder)).toHaveLength(before + 2 - 1);
});

test.skipIf(!IS_ROOT)("root's copy beside the file of another user belongs to that user (needs root)", async () => {
  const file = sessionFile();
  fs.chownSync(file, 65_534, 65_534);
  const { path: backup } = await backUp(file);
  for (const one of [backup, `${backup}.manifest.json`, path.dirname(backup)]) {
    expect(fs.statSync(one).uid).toBe(65_534);
  }
});

test("a file that was written just now by a program without our lock is looked at again after a pause", async () => {
  const file = sessionFile();
  fs.utimesSync(file, NOW, NOW);
  const appending = new Promise<void>((resolve) =>
    setTimeout(() => {
      fs.appendFileSync(file, "s3,u,p,t,2025-09-29T10:00:00,2025-09-29T10:00:00,,{}\r\n");
      resolve();
    }, 100),
  );
  const { manifest } = await backUp(file);
  await appending;
  expect(manifest.rows).toBe(3);
});

test("a large file is copied, hashed and counted like a small one", async () => {
  const file = largeFile();
  const { path: backup, manifest } = await backUp(file);
  const bytes = fs.readFileSync(file);
  expect(fs.readFileSync(backup).equals(bytes)).toBe(true);
  const fingerprint = { bytes: bytes.length, sha256: sha256(bytes) };
  expect(manifest).toMatchObject({ rows: LARGE_ROWS, broken: 0, plain: fingerprint, stored: fingerprint });
});
