import fs from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { beginReplacement, type Replacement } from "../../src/storage/atomic-replace.js";
import { ReplacementSpool } from "../../src/storage/replacement-spool.js";
import { failureOf, temporaryFolder } from "./folder.js";

const MIB = 1024 * 1024;
const START = Buffer.from("header\r\n");

async function begin(): Promise<{ file: string; replacement: Replacement; spool: ReplacementSpool }> {
  const folder = temporaryFolder();
  const file = path.join(folder, "s.csv");
  const replacement = await beginReplacement(file, { replaces: undefined });
  await replacement.write(START);
  return { file, replacement, spool: new ReplacementSpool(replacement, START.length, folder) };
}

/** Bytes of which each stretch is another one. */
function piece(number: number, byteLength: number): Buffer {
  return Buffer.from(Uint8Array.from({ length: byteLength }, (_, index) => (number * 31 + index) % 251));
}

test("what is appended stands behind what was there, whether it is awaited or not", async () => {
  const { file, replacement, spool } = await begin();
  const pieces = [3, 700_001, MIB - 5, 1, 2 * MIB + 17, 0, MIB, 5].map((length, number) => piece(number, length));
  for (const [number, bytes] of pieces.entries()) {
    spool.append(bytes);
    if (number % 2 === 0 && spool.isFull) await spool.settle();
  }
  await spool.end();
  await replacement.commit();
  expect(fs.readFileSync(file).equals(Buffer.concat([START, ...pieces]))).toBe(true);
});

test("every byte can be read back at every moment", async () => {
  const { replacement, spool } = await begin();
  const whole: Buffer[] = [];
  for (let number = 0; number < 9; number += 1) {
    const bytes = piece(number, 777_777);
    expect(spool.append(bytes)).toBe(number * 777_777);
    whole.push(bytes);
    // Not awaited to its end: some of it is being written while it is read.
    if (spool.isFull) await spool.settle();
    expect(spool.byteLength).toBe((number + 1) * 777_777);
    expect(spool.read(0, spool.byteLength).equals(Buffer.concat(whole))).toBe(true);
  }
  expect(spool.readAt(Buffer.alloc(10), spool.byteLength)).toBe(0);
  expect(() => spool.read(spool.byteLength - 3, 4)).toThrow(RangeError);
  await spool.end();
  expect(spool.read(0, spool.byteLength).equals(Buffer.concat(whole))).toBe(true);
  await replacement.abandon();
});

test("it is full when something waits that is not being written", async () => {
  const { replacement, spool } = await begin();
  spool.append(Buffer.alloc(MIB - 1));
  expect(spool.isFull).toBe(false);
  spool.append(Buffer.alloc(1));
  expect(spool.isFull).toBe(true);
  await spool.settle();
  expect(spool.isFull).toBe(false);
  spool.append(Buffer.alloc(3 * MIB));
  expect(spool.isFull).toBe(true);
  await spool.end();
  expect(spool.isFull).toBe(false);
  await replacement.abandon();
});

test("a write that fails is told at the next step, and at every one after it", async () => {
  const { replacement, spool } = await begin();
  spool.append(Buffer.alloc(MIB));
  await replacement.abandon();
  await spool.settle();
  spool.append(Buffer.alloc(MIB));
  await expect(spool.settle()).rejects.toThrow("This replacement has ended");
  await expect(spool.end()).rejects.toThrow("This replacement has ended");
});

test("what cannot be read back is told with the folder", async () => {
  const { file, replacement, spool } = await begin();
  spool.append(Buffer.alloc(MIB));
  await spool.end();
  await replacement.abandon();
  const { code, details } = await failureOf(() => spool.read(0, 1));
  expect([code, details.path]).toEqual(["IO_FAILED", path.dirname(file)]);
});
