import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { Encrypter, generateX25519Identity, identityToRecipient } from "age-encryption";
import { beforeAll, describe, expect, test } from "vitest";
import { openBackup, openStored, type OpenBackupOptions } from "../../src/copies/open-backup.js";
import { openVersion } from "../../src/copies/open-version.js";
import { failureOf, temporaryFolder } from "../storage/folder.js";

const CONTENT = Buffer.from("session_id,user_id\r\na1,telegram_1\r\n".repeat(40));
const HAS_AGE = spawnSync("age", ["--version"]).status === 0;

let identity = "";
let recipient = "";
beforeAll(async () => {
  identity = await generateX25519Identity();
  recipient = await identityToRecipient(identity);
});

async function encrypted(bytes: Uint8Array): Promise<Uint8Array> {
  const encrypter = new Encrypter();
  encrypter.addRecipient(recipient);
  return encrypter.encrypt(bytes);
}

async function withPassphrase(bytes: Uint8Array): Promise<Uint8Array> {
  const encrypter = new Encrypter();
  encrypter.setPassphrase("correct horse");
  encrypter.setScryptWorkFactor(2);
  return encrypter.encrypt(bytes);
}

function stored(bytes: Uint8Array): string {
  const file = path.join(temporaryFolder(), "b");
  fs.writeFileSync(file, bytes);
  return file;
}

async function contentOf(bytes: Uint8Array, options: OpenBackupOptions = {}): Promise<string> {
  const { isEncrypted, isCompressed, plain } = await openBackup(stored(bytes), options);
  const pieces: Uint8Array[] = [];
  for await (const piece of plain) pieces.push(piece);
  const form = `${isEncrypted ? "e" : ""}${isCompressed ? "z" : ""}`;
  return `${form}:${Buffer.concat(pieces).equals(CONTENT) ? "all" : Buffer.concat(pieces).toString()}`;
}

const keys = (): OpenBackupOptions => ({ keys: { identities: [identity] } });

describe("bad input", () => {
  test("an empty file has no bytes", async () => {
    expect(await contentOf(Buffer.alloc(0))).toBe(":");
  });

  test("a gzip file that is cut anywhere is damaged", async () => {
    const whole = gzipSync(CONTENT);
    for (let length = 2; length < whole.length; length += 1) {
      expect((await failureOf(() => contentOf(whole.subarray(0, length)))).code).toBe("STORE_DAMAGED");
    }
  });

  test("an age file that is cut anywhere is damaged", async () => {
    const whole = await encrypted(CONTENT);
    for (let length = 22; length < whole.length; length += 7) {
      expect((await failureOf(() => contentOf(whole.subarray(0, length), keys()))).code).toBe("STORE_DAMAGED");
    }
  });

  test("an age file that is cut between two of its chunks is damaged", async () => {
    const whole = await encrypted(Buffer.alloc(3 * 65_536, "x"));
    const payload = whole.length - 16 - 3 * (65_536 + 16);
    for (const chunks of [0, 1, 2]) {
      const cut = whole.subarray(0, payload + 16 + chunks * (65_536 + 16));
      expect((await failureOf(() => contentOf(cut, keys()))).code).toBe("STORE_DAMAGED");
    }
  });

  test("a flipped bit anywhere in an age file is refused", async () => {
    const whole = Buffer.from(await encrypted(Buffer.from("session_id\n")));
    for (let at = AGE_MAGIC_LENGTH; at < whole.length; at += 1) {
      const flipped = Buffer.from(whole);
      flipped[at] = (flipped[at] ?? 0) ^ 4;
      const { code } = await failureOf(() => contentOf(flipped, keys()));
      expect(["STORE_DAMAGED", "WRONG_KEY"]).toContain(code);
    }
  });

  test("an age header without an end is not read to the end", async () => {
    const endless = Buffer.concat([Buffer.from("age-encryption.org/v1\n"), Buffer.alloc(9 * 1024 * 1024, "x")]);
    let read = 0;
    const onStored = (bytes: Uint8Array): void => void (read += bytes.length);
    const { code, details } = await failureOf(() => contentOf(endless, { ...keys(), onStored }));
    expect([code, details.reason]).toEqual(["STORE_DAMAGED", "its age header has no end"]);
    expect(read).toBeLessThan(2 * 1024 * 1024);
  });

  test("an age file for text is named as such", async () => {
    const { code, details } = await failureOf(() =>
      contentOf(Buffer.from("-----BEGIN AGE ENCRYPTED FILE-----\nYQ==\n")),
    );
    expect([code, details.hint]).toEqual(["STORE_DAMAGED", "take that away first, with: age --decrypt"]);
  });

  test("bytes behind a gzip file are damage", async () => {
    const longer = Buffer.concat([gzipSync(CONTENT), Buffer.from("more")]);
    expect((await failureOf(() => contentOf(longer))).code).toBe("STORE_DAMAGED");
  });

  test("a gzip bomb ends at the limit", async () => {
    const bomb = gzipSync(Buffer.alloc(50 * 1024 * 1024));
    const { code, details } = await failureOf(() => contentOf(bomb, { maxBytes: 1_000_000 }));
    expect([code, details.hint]).toEqual(["LIMIT_EXCEEDED", "if that is right, allow more with --max-size"]);
  });

  test("another identity is a wrong key", async () => {
    const file = await encrypted(CONTENT);
    const other = { keys: { identities: [await generateX25519Identity()] } };
    const { code, details } = await failureOf(() => contentOf(file, other));
    expect([code, details.reason]).toEqual(["WRONG_KEY", "none of the identities fits"]);
  });

  test("another passphrase is a wrong key", async () => {
    const file = await withPassphrase(CONTENT);
    const other = { keys: { identities: [], passphrase: async () => "wrong horse" } };
    const { code, details } = await failureOf(() => contentOf(file, other));
    expect([code, details.reason]).toEqual(["WRONG_KEY", "the passphrase is wrong"]);
  });

  test.each([
    ["for a key", encrypted, "it is encrypted for a key, and no identity file was given"],
    ["with a passphrase", withPassphrase, "it is encrypted with a passphrase, and none was given"],
  ])("a file that is encrypted %s needs one", async (_, encrypt, reason) => {
    const file = await encrypt(CONTENT);
    const { code, details } = await failureOf(() => contentOf(file));
    expect([code, details.reason]).toEqual(["WRONG_KEY", reason]);
  });

  test("a signal that fired ends the reading", async () => {
    const file = gzipSync(CONTENT);
    expect((await failureOf(() => contentOf(file, { signal: AbortSignal.abort() }))).code).toBe("CANCELLED");
  });
});

const AGE_MAGIC_LENGTH = "age-encryption.org/v1\n".length;

test("plain, compressed, encrypted and both are told by their content", async () => {
  expect(await contentOf(CONTENT)).toBe(":all");
  expect(await contentOf(gzipSync(CONTENT))).toBe("z:all");
  expect(await contentOf(await encrypted(CONTENT), keys())).toBe("e:all");
  expect(await contentOf(await encrypted(gzipSync(CONTENT)), keys())).toBe("ez:all");
});

test("gzip files one behind the other are one", async () => {
  const half = CONTENT.length / 2;
  const joined = Buffer.concat([gzipSync(CONTENT.subarray(0, half)), gzipSync(CONTENT.subarray(half))]);
  expect(await contentOf(joined)).toBe("z:all");
});

test("a passphrase is asked for once, and only where there is need", async () => {
  let asked = 0;
  const passphrase = async (): Promise<string> => {
    asked += 1;
    return "correct horse";
  };
  const options = { keys: { identities: [identity], passphrase } };
  expect(await contentOf(await encrypted(CONTENT), options)).toBe("e:all");
  expect(asked).toBe(0);
  expect(await contentOf(await withPassphrase(gzipSync(CONTENT)), options)).toBe("ez:all");
  expect(asked).toBe(1);
});

test("every stored byte is told", async () => {
  const file = await encrypted(gzipSync(CONTENT));
  const pieces: Uint8Array[] = [];
  await contentOf(file, { ...keys(), onStored: (bytes) => void pieces.push(bytes) });
  expect(Buffer.concat(pieces).equals(file)).toBe(true);
});

test("bytes from a stream that comes in single bytes are read", async () => {
  const bytes = gzipSync(CONTENT);
  const single = (async function* () {
    for (const byte of bytes) yield Uint8Array.of(byte);
  })();
  const { plain } = await openStored("standard input", single);
  const pieces: Uint8Array[] = [];
  for await (const piece of plain) pieces.push(piece);
  expect(Buffer.concat(pieces).equals(CONTENT)).toBe(true);
});

test("the file is closed where reading ends early", async () => {
  const file = stored(await encrypted(gzipSync(Buffer.alloc(4 * 1024 * 1024))));
  const before = fs.readdirSync("/proc/self/fd").length;
  const { plain } = await openBackup(file, keys());
  await plain.next();
  await plain.return();
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(fs.readdirSync("/proc/self/fd").length).toBe(before);
});

describe.skipIf(!HAS_AGE)(HAS_AGE ? "files of age" : "files of age (skipped: needs age)", () => {
  test("are read", async () => {
    const made = spawnSync("age", ["-r", recipient], { input: gzipSync(CONTENT) }).stdout;
    expect(await contentOf(made, keys())).toBe("ez:all");
  });
});

test.each(["as it is", "compressed"])("a version that is stored %s leaves nothing open", async (form) => {
  const folder = temporaryFolder();
  const file = path.join(folder, "a.csv");
  fs.writeFileSync(file, form === "compressed" ? gzipSync(CONTENT) : CONTENT);
  const before = fs.readdirSync("/proc/self/fd").length;
  (await openVersion(file, { temporaryFolder: folder }))[Symbol.dispose]();
  expect(fs.readdirSync("/proc/self/fd").length).toBe(before);
});
