import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { Spool } from "../../src/storage/spool.js";
import { failureOf, temporaryFolder } from "./folder.js";

const MIB = 1024 * 1024;

test("what is little needs no file, nor a folder for it", () => {
  using spool = new Spool("/nonexistent");
  expect(spool.append(Buffer.from("one"))).toBe(0);
  expect(spool.append(Buffer.from("two"))).toBe(3);
  expect(spool.read(2, 3).toString()).toBe("etw");
  expect(spool.byteLength).toBe(6);
});

test("what is more is read from the file and from memory alike, and the file has no name", () => {
  const folder = temporaryFolder();
  using spool = new Spool(folder);
  const piece = Buffer.from(Array.from({ length: 1_000_003 }, (_, index) => index % 251));
  for (let count = 0; count < 12; count += 1) expect(spool.append(piece)).toBe(count * piece.length);
  expect(readdirSync(folder)).toEqual([]);
  for (let count = 0; count < 12; count += 1) {
    expect(spool.read(count * piece.length, piece.length).equals(piece)).toBe(true);
  }
  expect(spool.readAt(Buffer.alloc(10), spool.byteLength)).toBe(0);
});

test("a read at the end gives what is left", () => {
  using spool = new Spool(temporaryFolder());
  spool.append(Buffer.alloc(5 * MIB, "x"));
  const target = Buffer.alloc(10);
  expect(spool.readAt(target, 5 * MIB - 3)).toBe(3);
  expect(() => spool.read(5 * MIB - 3, 4)).toThrow(RangeError);
});

test("a folder that cannot be written is named", async () => {
  using spool = new Spool("/nonexistent");
  const { code, details } = await failureOf(() => spool.append(Buffer.alloc(9 * MIB)));
  expect([code, details.path]).toEqual(["IO_FAILED", "/nonexistent"]);
});
