import fs from "node:fs";
import { describe, expect, test } from "vitest";
import { ensureSidecarFolder, sidecarFolder, sidecarLock } from "../../src/storage/sidecar.js";
import { IS_ROOT, failureOf, fileWith, temporaryFolder } from "./folder.js";

describe("the sidecar folder", () => {
  test("stands beside the file", () => {
    expect(sidecarFolder("/data/sessions.csv")).toBe("/data/sessions.csv.d");
  });

  test("holds the lock", () => {
    expect(sidecarLock("/data/sessions.csv")).toBe("/data/sessions.csv.d/lock");
  });

  test("is made for its owner only", () => {
    const file = fileWith("a");
    expect(fs.statSync(ensureSidecarFolder(file)).mode & 0o777).toBe(0o700);
  });

  test("is left as it is when it is there", () => {
    const file = fileWith("a");
    fs.mkdirSync(`${file}.d`, { mode: 0o750 });
    ensureSidecarFolder(file);
    expect(fs.statSync(`${file}.d`).mode & 0o777).toBe(0o750);
  });

  test("is refused where a symbolic link stands", async () => {
    const file = fileWith("a");
    fs.symlinkSync(temporaryFolder(), `${file}.d`);
    const error = await failureOf(() => ensureSidecarFolder(file));
    expect([error.code, error.details.reason]).toEqual(["IO_FAILED", "a symbolic link stands there"]);
  });

  test("is refused where a file stands", async () => {
    const file = fileWith("a");
    fs.writeFileSync(`${file}.d`, "");
    const error = await failureOf(() => ensureSidecarFolder(file));
    expect([error.code, error.details.reason]).toEqual(["IO_FAILED", "something stands there that is no folder"]);
  });

  test("cannot be made where there is no directory", async () => {
    const error = await failureOf(() => ensureSidecarFolder("/nowhere/at/all/s.csv"));
    expect([error.code, error.details.operation]).toEqual(["IO_FAILED", "make the folder"]);
  });

  test.skipIf(!IS_ROOT)("made by root belongs to the owner of the file (needs root)", () => {
    const file = fileWith("a");
    fs.chownSync(file, 65_534, 65_533);
    const { uid, gid } = fs.statSync(ensureSidecarFolder(file));
    expect([uid, gid]).toEqual([65_534, 65_533]);
  });
});
