// The file as it was at a time.
import fs from "node:fs";
import { describe, expect, test } from "vitest";
import { versionAt, type DatedCopy } from "../../src/copies/past.js";
import { line } from "../session/records.js";
import { failureOf } from "../storage/folder.js";
import { contentOf, fileOf, removalById, storeWith } from "../store/store-file.js";

const [A, B, C] = ["a", "b", "c"].map((session_id) => line({ session_id })) as [string, string, string];
const at = (hour: string): Date => new Date(`2025-09-30T${hour}:00Z`);

/** A file from 08:00, from which a went at 10:00 and b at 12:00. */
async function changedFile() {
  const { file, store } = storeWith(fileOf(A, B, C));
  fs.utimesSync(file, at("08:00"), at("08:00"));
  for (const [id, hour] of [
    ["a", "10:00"],
    ["b", "12:00"],
  ] as const) {
    const origin = { time: at(hour), user: "u", host: "h", command: "sessions delete" };
    await store.remove(removalById(id), { origin });
  }
  return { file, store };
}

const copyOf = (hour: string, text: string): DatedCopy => ({
  name: `s-${hour}.csv`,
  time: at(hour),
  wasReplaced: false,
  read: async () => Buffer.from(text),
});

async function textAt(file: string, hour: string, copies: readonly DatedCopy[] = []) {
  const { bytes, since, from } = await versionAt(file, at(hour), copies);
  return [bytes.toString(), since.toISOString().slice(11, 16), from];
}

describe("the version of a time", () => {
  test("is the file itself since its last change", async () => {
    const { file } = await changedFile();
    expect(await textAt(file, "12:00")).toEqual([fileOf(C), "12:00", "the file"]);
    expect(await textAt(file, "23:00")).toEqual([fileOf(C), "12:00", "the file"]);
  });

  test("is made from the log between two changes", async () => {
    const { file } = await changedFile();
    expect(await textAt(file, "11:59")).toEqual([fileOf(B, C), "10:00", "the change log"]);
    expect(await textAt(file, "10:00")).toEqual([fileOf(B, C), "10:00", "the change log"]);
    expect(contentOf(file)).toBe(fileOf(C));
  });

  test("is known before the first change since the time at which the file was written", async () => {
    const { file } = await changedFile();
    expect(await textAt(file, "09:59")).toEqual([fileOf(A, B, C), "08:00", "the change log"]);
  });

  test("is not known from before the file was written", async () => {
    const { file } = await changedFile();
    const failure = await failureOf(() => versionAt(file, at("07:59"), []));
    expect([failure.code, failure.details.reason]).toEqual([
      "USAGE",
      "no version of the file from 2025-09-30T07:59:00.000Z or before is known",
    ]);
  });

  test("is not that of a copy which holds what was replaced at its time", async () => {
    const { file } = await changedFile();
    const copies = [{ ...copyOf("11:00", "eleven"), wasReplaced: true }];
    expect(await textAt(file, "11:30", copies)).toEqual([fileOf(B, C), "10:00", "the change log"]);
  });

  test("is that of the next copy where one cannot be used", async () => {
    const { file } = await changedFile();
    const copies = [{ ...copyOf("11:30", ""), read: async () => undefined }, copyOf("11:00", "eleven")];
    expect(await textAt(file, "11:45", copies)).toEqual(["eleven", "11:00", "a backup"]);
  });

  test("is that of a copy where it is younger than what the log tells", async () => {
    const { file } = await changedFile();
    const copies = [copyOf("11:00", "eleven"), copyOf("09:00", "nine")];
    expect(await textAt(file, "11:30", copies)).toEqual(["eleven", "11:00", "a backup"]);
    expect(await textAt(file, "10:30", copies)).toEqual([fileOf(B, C), "10:00", "the change log"]);
    expect(await textAt(file, "09:30", copies)).toEqual(["nine", "09:00", "a backup"]);
    expect(await textAt(file, "12:30", copies)).toEqual([fileOf(C), "12:00", "the file"]);
  });

  test("is not made from the log where another program wrote the file since", async () => {
    const { file } = await changedFile();
    fs.appendFileSync(file, `${A}\n`);
    fs.utimesSync(file, at("14:00"), at("14:00"));
    expect(await textAt(file, "14:00")).toEqual([fileOf(C, A), "14:00", "the file"]);
    expect((await failureOf(() => versionAt(file, at("13:00"), []))).code).toBe("USAGE");
  });

  test("is not made across a change of another program between two logged ones", async () => {
    const { file, store } = await changedFile();
    fs.writeFileSync(file, fileOf(A, C));
    const origin = { time: at("15:00"), user: "u", host: "h", command: "sessions delete" };
    await store.remove(removalById("a"), { origin });
    expect(await textAt(file, "15:00")).toEqual([fileOf(C), "15:00", "the file"]);
    expect((await failureOf(() => versionAt(file, at("14:00"), []))).code).toBe("USAGE");
  });

  test("is not made from a log that somebody altered", async () => {
    const { file } = await changedFile();
    const folder = `${file}.d/log`;
    const last = `${folder}/${fs.readdirSync(folder).at(-1) ?? ""}`;
    fs.writeFileSync(last, contentOf(last).replace("telegram", "telegraf"));
    expect((await failureOf(() => versionAt(file, at("11:00"), []))).code).toBe("USAGE");
  });

  test("is not to be had of a file that is not there", async () => {
    expect((await failureOf(() => versionAt("/nowhere/s.csv", at("10:00"), []))).code).toBe("STORE_NOT_FOUND");
  });
});
