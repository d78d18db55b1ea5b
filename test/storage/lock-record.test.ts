import fs from "node:fs";
import { execFileSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { parseLockRecord, readLockRecord, wasWrittenByUs } from "../../src/storage/lock-record.js";
import { HOLDER, fileWith } from "./folder.js";

const STAMP = { ino: "12", size: "34", mtimeNs: "56" };
const NOTHING = { holder: undefined, lastCommit: undefined };

describe("reading a lock file without the lock", () => {
  test("finds nothing where there is none", () => {
    expect(readLockRecord(fileWith("a"))).toEqual(NOTHING);
  });

  test("does not follow a symbolic link", () => {
    const file = fileWith("a");
    fs.mkdirSync(`${file}.d`);
    fs.writeFileSync(`${file}.target`, JSON.stringify({ holder: HOLDER, lastCommit: null }));
    fs.symlinkSync(`${file}.target`, `${file}.d/lock`);
    expect(readLockRecord(file)).toEqual(NOTHING);
  });

  test("does not wait for the writer of a FIFO", () => {
    const file = fileWith("a");
    fs.mkdirSync(`${file}.d`);
    execFileSync("mkfifo", [`${file}.d/lock`]);
    expect(readLockRecord(file)).toEqual(NOTHING);
  });

  test("reads what is there", () => {
    const file = fileWith("a");
    fs.mkdirSync(`${file}.d`);
    fs.writeFileSync(`${file}.d/lock`, JSON.stringify({ holder: HOLDER, lastCommit: STAMP }));
    expect(readLockRecord(file)).toEqual({ holder: HOLDER, lastCommit: STAMP });
  });
});

describe("a lock record", () => {
  test.each([
    ["empty", ""],
    ["no JSON", "{"],
    ["null", "null"],
    ["a number", "1"],
    ["a list", "[]"],
    ["without its fields", "{}"],
    ["with fields of another kind", '{"holder":1,"lastCommit":"x"}'],
    ["with a holder that lacks a field", '{"holder":{"pid":1,"host":"h","command":"c"}}'],
    ["with a pid that is text", '{"holder":{"pid":"1","host":"h","command":"c","since":"s"}}'],
    ["with a commit that lacks a field", '{"lastCommit":{"ino":"1","size":"2"}}'],
    ["with a commit of numbers", '{"lastCommit":{"ino":1,"size":2,"mtimeNs":3}}'],
  ])("that is %s says nothing", (_, text) => {
    expect(parseLockRecord(text)).toEqual(NOTHING);
  });

  test("ends with its line, whatever is left of an older, longer one", () => {
    expect(parseLockRecord(`${JSON.stringify({ holder: HOLDER })}\n"},"lastCommit":null}\n`).holder).toEqual(HOLDER);
  });
});

describe("whether the last commit left the file", () => {
  test("is unknown without a recorded commit", () => {
    expect(wasWrittenByUs(NOTHING, { stamp: STAMP })).toBeUndefined();
  });

  test("is so when inode, size and time agree", () => {
    expect(wasWrittenByUs({ holder: undefined, lastCommit: STAMP }, { stamp: STAMP })).toBe(true);
  });

  test.each([
    ["inode", { ...STAMP, ino: "0" }],
    ["size", { ...STAMP, size: "0" }],
    ["time", { ...STAMP, mtimeNs: "0" }],
  ])("is not so when the %s differs", (_, stamp) => {
    expect(wasWrittenByUs({ holder: undefined, lastCommit: STAMP }, { stamp })).toBe(false);
  });

  test("is unknown when they differ while a holder is at work", () => {
    expect(wasWrittenByUs({ holder: HOLDER, lastCommit: STAMP }, { stamp: { ...STAMP, ino: "0" } })).toBeUndefined();
  });
});
