import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { BackgroundHash, HashThreadFailed } from "../../src/copies/background-hash.js";

const SLOT_BYTES = 512 * 1024;

function piece(number: number, byteLength: number): Buffer {
  return Buffer.from(Uint8Array.from({ length: byteLength }, (_, index) => (number * 31 + index * 7) % 253));
}

async function push(hash: BackgroundHash, bytes: Uint8Array): Promise<void> {
  const memory = await hash.next();
  memory.set(bytes);
  hash.push(bytes.length);
}

test.each([
  ["nothing", []],
  ["one byte", [1]],
  ["one piece that fills its memory", [SLOT_BYTES]],
  ["as many pieces as there is memory for", [5, SLOT_BYTES, 1, 77]],
  ["more pieces than there is memory for", [3, SLOT_BYTES, 1, SLOT_BYTES - 1, 2, 100_000, SLOT_BYTES, 9, 4, 40_000, 8]],
])("%s has the hash that its bytes have together", async (_name, lengths) => {
  using hash = new BackgroundHash();
  const pieces = lengths.map((byteLength, number) => piece(number, byteLength));
  for (const bytes of pieces) await push(hash, bytes);
  expect(await hash.digest()).toBe(createHash("sha256").update(Buffer.concat(pieces)).digest("hex"));
});

test("a piece stays as it is until three others have been pushed", async () => {
  using hash = new BackgroundHash();
  const first = await hash.next();
  first.set(piece(1, 1000));
  hash.push(1000);
  for (const number of [2, 3, 4]) await push(hash, piece(number, SLOT_BYTES));
  expect(Buffer.from(first.subarray(0, 1000)).equals(piece(1, 1000))).toBe(true);
  expect(await hash.next()).toBe(first);
});

test("a thread that has ended is told, instead of waited for", async () => {
  const hash = new BackgroundHash();
  hash[Symbol.dispose]();
  const pushMany = async (): Promise<void> => {
    for (let number = 0; number < 100; number += 1) await push(hash, piece(number, 10));
  };
  await expect(pushMany()).rejects.toThrow(HashThreadFailed);
  await expect(hash.digest()).rejects.toThrow(HashThreadFailed);
});
