import { describe, expect, test } from "vitest";
import { hasOtherAlphabet } from "../../src/check/other-alphabet.js";
import { memorySource } from "../../src/store/csv-source.js";
import { HEADER, outputOf, planOf } from "./planning.js";

const has = (digits: string): boolean => hasOtherAlphabet(memorySource(Buffer.from(digits, "hex")));

describe("text of another alphabet is", () => {
  test.each([
    ["a name in GB18030", "c0eed0a1c1fa"],
    ["a short name in GB18030", "d5c5ceb0"],
    ["a word in Windows-1251", "caeef2e8ea"],
    ["two bytes of which one is no letter of Windows-1252", "8141c0818f"],
  ])("%s", (_name, digits) => {
    expect(has(digits)).toBe(true);
  });

  test("also far behind", () => {
    const bytes = Buffer.concat([Buffer.alloc(3 * 1024 * 1024, "a"), Buffer.from("d5c5ceb0", "hex")]);
    expect(hasOtherAlphabet(memorySource(bytes))).toBe(true);
  });
});

describe("no text of another alphabet is", () => {
  test.each([
    ["nothing", ""],
    ["letters of Windows-1252", "5a6feb20c4d6dc20fc"],
    ["letters in UTF-8", Buffer.from("日本語 Кот 😀").toString("hex")],
    ["letters in UTF-8 that are cut", "97a5e69cace8aa"],
    ["letters in UTF-8 beside a letter of Windows-1252", `${Buffer.from("日本語").toString("hex")}20eb20`],
  ])("%s", (_name, digits) => {
    expect(has(digits)).toBe(false);
  });
});

test("no letter is taken for one of Windows-1252 where other lines show that they are not", () => {
  const record = (number: number, name: string): string =>
    `0000000${number}-0000-4000-8000-000000000000,u,telegram,t,2024-01-01T00:00:00,2024-01-01T00:00:00,,"{""name"": ""${name}""}"\r\n`;
  const file = (other: string): Buffer => {
    const text = `${HEADER}\r\n${record(1, "L\u00a8\u00b2cia")}${record(2, other)}${record(3, "Ana")}`;
    return Buffer.from(text, "latin1");
  };
  const named = planOf(file("\u00d5\u00c5\u00ce\u00b0"));
  expect(named.records).toMatchObject({ kept: 1, healed: 0, quarantined: 2 });
  const plain = planOf(file("Zo\u00eb"));
  expect(plain.records).toMatchObject({ kept: 1, healed: 2, quarantined: 0 });
  expect(outputOf(plain)).toContain("L\u00a8\u00b2cia");
});
