import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { afterEach, expect, test } from "vitest";
import { BackgroundHash, HashThreadFailed } from "../../src/copies/background-hash.js";
import { temporaryFolder } from "../storage/folder.js";

const open: number[] = [];

afterEach(() => {
  for (const fd of open.splice(0)) fs.closeSync(fd);
});

function newFile(): number {
  const fd = fs.openSync(path.join(temporaryFolder(), "copy.csv"), "wx+");
  open.push(fd);
  return fd;
}

function piece(number: number, byteLength: number): Buffer {
  return Buffer.from(Uint8Array.from({ length: byteLength }, (_, index) => (number * 31 + index * 7) % 253));
}

test.each([
  ["nothing", []],
  ["one byte", [1]],
  ["a piece as long as what is read at once", [512 * 1024]],
  ["a piece that is longer", [512 * 1024 + 1]],
  ["many pieces", [3, 500_000, 1, 700_000, 2, 100_000, 1_600_000, 9, 4, 40_000, 8]],
])("%s has the hash that its bytes have together", async (_name, lengths) => {
  const fd = newFile();
  using hash = new BackgroundHash(fd);
  const pieces = lengths.map((byteLength, number) => piece(number, byteLength));
  for (const bytes of pieces) {
    fs.writeSync(fd, bytes);
    hash.add(bytes);
    // Sometimes it is faster than the writer, sometimes slower.
    if (bytes.length % 2 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  }
  expect(await hash.digest()).toBe(createHash("sha256").update(Buffer.concat(pieces)).digest("hex"));
});

test("what stands in the file is hashed, not what was to be written", async () => {
  const fd = newFile();
  using hash = new BackgroundHash(fd);
  fs.writeSync(fd, "what is there");
  hash.add(Buffer.from("what shall be"));
  expect(await hash.digest()).toBe(createHash("sha256").update("what is there").digest("hex"));
});

test("a file that is shorter than was said has no hash", async () => {
  const fd = newFile();
  using hash = new BackgroundHash(fd);
  fs.writeSync(fd, "short");
  hash.add(Buffer.alloc(6));
  await expect(hash.digest()).rejects.toThrow(HashThreadFailed);
});

test("a thread that has ended is told, instead of waited for", async () => {
  const hash = new BackgroundHash(newFile());
  hash[Symbol.dispose]();
  await expect(hash.digest()).rejects.toThrow(HashThreadFailed);
});
