import fs from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { isGood, listBackups, regularBackups, type Backup } from "../../src/copies/backup-list.js";
import { parseManifest, manifestText } from "../../src/copies/manifest.js";
import { rememberVerification, verifyBackup } from "../../src/copies/verify-backup.js";
import { failureOf } from "../storage/folder.js";
import { backUp, CONTENT, GZIP, keyPair, listed, NOW, sessionFile } from "./backups.js";

const LATER = new Date("2025-09-30T12:00:00Z");

function newestGood(backups: readonly Backup[]): Backup | undefined {
  return regularBackups(backups, LATER).find(isGood);
}

async function problemOf(backup: string, identities: readonly string[] = []): Promise<string | undefined> {
  return (await verifyBackup(listed(backup), { keys: { identities } })).problem;
}

describe.each(["gzip", "age", "gzip and age", "plain"])("%s", (form) => {
  async function made(): Promise<{ backup: string; identities: string[] }> {
    const { identity, recipient } = await keyPair();
    const encryption = form.includes("age") ? { recipients: [recipient] } : undefined;
    const encoding = { isCompressed: form.includes("gzip"), encryption };
    const { path: backup } = await backUp(sessionFile(), { encoding });
    return { backup, identities: [identity] };
  }

  test("as it was written nothing is wrong", async () => {
    const { backup, identities } = await made();
    expect(await problemOf(backup, identities)).toBeUndefined();
  });

  test("a flipped bit anywhere is found", async () => {
    const { backup, identities } = await made();
    const whole = fs.readFileSync(backup);
    for (let at = 0; at < whole.length; at += 1) {
      const flipped = Buffer.from(whole);
      flipped[at] = (flipped[at] ?? 0) ^ (1 << (at % 8));
      fs.writeFileSync(backup, flipped);
      expect(await problemOf(backup, identities), `byte ${at}`).toBeTypeOf("string");
    }
  });

  test("a cut anywhere, and a byte more, is found", async () => {
    const { backup, identities } = await made();
    const whole = fs.readFileSync(backup);
    for (let length = 0; length < whole.length; length += 3) {
      fs.writeFileSync(backup, whole.subarray(0, length));
      expect(await problemOf(backup, identities), `cut to ${length}`).toBeTypeOf("string");
    }
    fs.writeFileSync(backup, Buffer.concat([whole, Buffer.alloc(1)]));
    expect(await problemOf(backup, identities)).toBeTypeOf("string");
  });
});

test("a wrong key is no damage", async () => {
  const [one, other] = [await keyPair(), await keyPair()];
  const encoding = { isCompressed: false, encryption: { recipients: [one.recipient] } };
  const { path: backup } = await backUp(sessionFile(), { encoding });
  const { code } = await failureOf(() => problemOf(backup, [other.identity]));
  expect(code).toBe("WRONG_KEY");
});

test("a header that was changed so that no key fits is damage", async () => {
  const { identity, recipient } = await keyPair();
  const encoding = { isCompressed: false, encryption: { recipients: [recipient] } };
  const { path: backup } = await backUp(sessionFile(), { encoding });
  const text = fs.readFileSync(backup, "latin1");
  const at = text.indexOf("X25519 ") + 10;
  fs.writeFileSync(backup, `${text.slice(0, at)}${text[at] === "A" ? "B" : "A"}${text.slice(at + 1)}`, "latin1");
  expect(await problemOf(backup, [identity])).toBe("its bytes are not those that were written");
});

test("a copy in the place of another backup is found", async () => {
  const { path: backup } = await backUp(sessionFile());
  fs.writeFileSync(backup, CONTENT.replace("s2", "s3"));
  expect(await problemOf(backup)).toBe("its bytes are not those that were written");
});

test("a manifest that was changed is found", async () => {
  const { path: backup, manifest } = await backUp(sessionFile());
  fs.writeFileSync(`${backup}.manifest.json`, manifestText({ ...manifest, rows: 3 }));
  expect(await problemOf(backup)).toBe("it has 2 records, and had 3");
  fs.writeFileSync(`${backup}.manifest.json`, "{}");
  expect(await problemOf(backup)).toBe("its manifest cannot be read");
});

describe("without a manifest", () => {
  async function bare(content: string): Promise<string> {
    const { path: backup } = await backUp(sessionFile(content), { encoding: GZIP });
    fs.rmSync(`${backup}.manifest.json`);
    return backup;
  }

  test("records in order are enough", async () => {
    expect(await problemOf(await bare(CONTENT))).toBeUndefined();
  });

  test.each([
    ["no sessions", "it is no session file that can be read"],
    [`${CONTENT}s3,"open`, "its last line has no end, and no manifest tells whether it was cut"],
    [CONTENT.slice(0, -1), "its last line has no end, and no manifest tells whether it was cut"],
    [`${CONTENT}s3,telegram_3\n`, "1 of its records is not whole, and no manifest tells whether that is new"],
  ])("%j is no good backup", async (content, problem) => {
    expect(await problemOf(await bare(content))).toBe(problem);
  });

  test("it gets none: what was seen does not tell whether it is all", async () => {
    const backup = await bare(CONTENT);
    await rememberVerification(await verifyBackup(listed(backup)), { now: LATER });
    expect(listed(backup).manifest).toBeUndefined();
  });
});

test("what was found is remembered, good or bad", async () => {
  const { path: backup } = await backUp(sessionFile());
  const remember = async (): Promise<void> => rememberVerification(await verifyBackup(listed(backup)), { now: LATER });
  await remember();
  expect(listed(backup)).toMatchObject({ problem: undefined, manifest: { checked: { at: LATER.toISOString() } } });
  fs.writeFileSync(backup, CONTENT.replace("s2", "s3"));
  await remember();
  expect(listed(backup).problem).toBe("its bytes are not those that were written");
  fs.writeFileSync(backup, CONTENT);
  await remember();
  expect(listed(backup).problem).toBeUndefined();
});

describe("the list", () => {
  test("is newest first, of this file, without links, folders and other files", async () => {
    const file = sessionFile();
    const folder = `${file}.d/backups`;
    for (const minute of [3, 1, 2]) await backUp(file, { now: new Date(Date.UTC(2025, 8, 30, 10, minute)) });
    await backUp(file, { now: new Date(Date.UTC(2025, 8, 30, 10, 1)), encoding: GZIP });
    fs.writeFileSync(path.join(folder, "other-20250930T104500Z.csv"), "");
    fs.writeFileSync(path.join(folder, "sessions-20251350T104500Z.csv"), "");
    fs.writeFileSync(path.join(folder, "sessions-latest.csv"), "");
    fs.symlinkSync("/etc/passwd", path.join(folder, "sessions-20200101T000000Z.csv"));
    fs.mkdirSync(path.join(folder, "sessions-20200101T000001Z.csv"));
    const names = listBackups(file).map(({ name }) => name);
    expect(names.filter((name) => name.endsWith(".gz"))).toEqual(["sessions-20250930T100100Z.csv.gz"]);
    expect(names.filter((name) => !name.endsWith(".gz"))).toEqual([
      "sessions-20250930T100300Z.csv",
      "sessions-20250930T100200Z.csv",
      "sessions-20250930T100100Z.csv",
    ]);
  });

  test("orders those of one second by their manifests", async () => {
    const file = sessionFile();
    await backUp(file, { now: new Date("2025-09-30T10:45:00.100Z"), encoding: GZIP });
    await backUp(file, { now: new Date("2025-09-30T10:45:00.900Z") });
    await backUp(file, { now: new Date("2025-09-30T10:45:00.500Z"), encoding: GZIP });
    expect(listBackups(file).map(({ name }) => name)).toEqual([
      "sessions-20250930T104500Z.csv",
      "sessions-20250930T104500Z-2.csv.gz",
      "sessions-20250930T104500Z.csv.gz",
    ]);
  });

  test("is empty where there is no folder", () => {
    expect(listBackups(sessionFile())).toEqual([]);
  });

  test("tells a cut backup by its size, which is not the newest good one", async () => {
    const file = sessionFile();
    await backUp(file, { now: new Date("2025-09-29T00:00:00Z") });
    const { path: newest } = await backUp(file, { now: NOW });
    fs.truncateSync(newest, 10);
    const backups = listBackups(file);
    expect(backups[0]?.problem).toBe(`it has 10 bytes, and had ${CONTENT.length}`);
    expect(newestGood(backups)?.name).toBe("sessions-20250929T000000Z.csv");
  });

  test("a backup without a manifest is not a good one", async () => {
    const file = sessionFile();
    const { path: backup } = await backUp(file);
    fs.rmSync(`${backup}.manifest.json`);
    expect(newestGood(listBackups(file))).toBeUndefined();
  });
});

describe("a manifest", () => {
  test("reads what it writes", async () => {
    const { manifest } = await backUp(sessionFile("no header"));
    const checked = { at: LATER.toISOString(), problem: "cut" };
    for (const one of [manifest, { ...manifest, checked }]) expect(parseManifest(manifestText(one))).toEqual(one);
  });

  test("with any value of another kind is none", async () => {
    const { manifest } = await backUp(sessionFile());
    const body = JSON.parse(manifestText(manifest)) as Record<string, unknown>;
    for (const key of Object.keys(body)) {
      for (const value of [[], -1, { sha256: "00" }]) {
        expect(parseManifest(JSON.stringify({ ...body, [key]: value })), key).toBeUndefined();
      }
    }
    for (const text of ["", "null", "[]", '{"__proto__":{"version":1}}']) expect(parseManifest(text)).toBeUndefined();
  });

  test("may have fields of later versions", async () => {
    const { manifest } = await backUp(sessionFile());
    const body = JSON.parse(manifestText(manifest)) as object;
    expect(parseManifest(JSON.stringify({ ...body, more: 1 }))).toEqual(manifest);
  });
});
