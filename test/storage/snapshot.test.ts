// Law 5. Readers need no lock and always see one whole version.
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { openSnapshot } from "../../src/storage/snapshot.js";
import type { Snapshot } from "../../src/storage/snapshot.js";
import { failureOf, fileWith, temporaryFolder } from "./folder.js";

function readAll(snapshot: { read(target: Uint8Array): number }, pieceBytes: number): string {
  const piece = Buffer.alloc(pieceBytes);
  let text = "";
  for (let count = snapshot.read(piece); count > 0; count = snapshot.read(piece))
    text += piece.toString("utf8", 0, count);
  return text;
}

/** Replaces the file as an editor does: a new file under the old name. */
function replaceByRename(file: string, content: string): void {
  fs.writeFileSync(`${file}.other`, content);
  fs.renameSync(`${file}.other`, file);
}

describe("what a snapshot reads", () => {
  test("is the file from front to back, in pieces", () => {
    using snapshot = openSnapshot(fileWith("abcdefg"));
    expect(readAll(snapshot, 3)).toBe("abcdefg");
  });

  test("is the old version after the file was replaced", () => {
    const file = fileWith("old");
    using snapshot = openSnapshot(file);
    replaceByRename(file, "new!");
    expect(readAll(snapshot, 100)).toBe("old");
  });

  test("ends where the file ended when it was opened", () => {
    const file = fileWith("abc");
    using snapshot = openSnapshot(file);
    fs.appendFileSync(file, "def");
    expect(readAll(snapshot, 100)).toBe("abc");
  });

  test("can be read from any offset", () => {
    using snapshot = openSnapshot(fileWith("abcdefg"));
    const piece = Buffer.alloc(3);
    expect([snapshot.readAt(piece, 5), piece.toString("utf8", 0, 2)]).toEqual([2, "fg"]);
  });

  test("goes on where it was after a read at an offset", () => {
    using snapshot = openSnapshot(fileWith("abcdefg"));
    snapshot.read(Buffer.alloc(2));
    snapshot.readAt(Buffer.alloc(2), 5);
    expect(readAll(snapshot, 100)).toBe("cdefg");
  });

  test("is nothing past the end", () => {
    using snapshot = openSnapshot(fileWith("abc"));
    expect(snapshot.readAt(Buffer.alloc(3), 4)).toBe(0);
  });
});

describe("what a snapshot knows of its file", () => {
  test("is its size, permissions and links", () => {
    const file = fileWith("abcdefg");
    fs.chmodSync(file, 0o640);
    fs.linkSync(file, `${file}.second`);
    using snapshot = openSnapshot(file);
    expect([snapshot.byteLength, snapshot.mode, snapshot.nlink]).toEqual([7, 0o640, 2]);
  });

  test("is its modification time", () => {
    const file = fileWith("a");
    fs.utimesSync(file, 1_000_000, 1_234_567);
    using snapshot = openSnapshot(file);
    expect([snapshot.mtime.getTime(), snapshot.stamp.mtimeNs]).toEqual([1_234_567_000, "1234567000000000"]);
  });

  test("is the real path behind symbolic links", () => {
    const file = fileWith("a");
    const link = path.join(temporaryFolder(), "link");
    fs.symlinkSync(file, link);
    using snapshot = openSnapshot(link);
    expect([snapshot.path, snapshot.realPath]).toEqual([link, file]);
  });
});

describe("a path without a regular file", () => {
  test("that does not exist is not found", async () => {
    const error = await failureOf(() => openSnapshot("/nowhere/s.csv"));
    expect([error.code, error.details.path]).toEqual(["STORE_NOT_FOUND", "/nowhere/s.csv"]);
  });

  test("that is a link to nowhere is not found", async () => {
    const link = path.join(temporaryFolder(), "link");
    fs.symlinkSync("nowhere", link);
    expect((await failureOf(() => openSnapshot(link))).code).toBe("STORE_NOT_FOUND");
  });

  test("that is a directory is refused", async () => {
    expect((await failureOf(() => openSnapshot("/tmp"))).code).toBe("STORE_NOT_A_FILE");
  });

  test("that is a device is refused", async () => {
    expect((await failureOf(() => openSnapshot("/dev/null"))).code).toBe("STORE_NOT_A_FILE");
  });

  test("that is a FIFO is refused without waiting for its writer", async () => {
    const fifo = path.join(temporaryFolder(), "fifo");
    execFileSync("mkfifo", [fifo]);
    expect((await failureOf(() => openSnapshot(fifo))).code).toBe("STORE_NOT_A_FILE");
  });

  test("that leads through a file fails with the system's error", async () => {
    const error = await failureOf(() => openSnapshot(path.join(fileWith("a"), "s.csv")));
    expect([error.code, error.details.cause]).toEqual(["IO_FAILED", expect.objectContaining({ code: "ENOTDIR" })]);
  });

  test("that is a circle of links fails with the system's error", async () => {
    const link = path.join(temporaryFolder(), "link");
    fs.symlinkSync(link, link);
    const error = await failureOf(() => openSnapshot(link));
    expect([error.code, error.details.cause]).toEqual(["IO_FAILED", expect.objectContaining({ code: "ELOOP" })]);
  });
});

describe("a snapshot is current", () => {
  test("while nothing happens", () => {
    using snapshot = openSnapshot(fileWith("abc"));
    expect(snapshot.isCurrent()).toBe(true);
  });

  test("not after the file was replaced", () => {
    const file = fileWith("abc");
    using snapshot = openSnapshot(file);
    replaceByRename(file, "abc");
    expect(snapshot.isCurrent()).toBe(false);
  });

  test("not after the file was replaced many times, with inode numbers used again", () => {
    const file = fileWith("abc");
    using snapshot = openSnapshot(file);
    for (let round = 0; round < 50; round++) replaceByRename(file, "abc");
    expect(snapshot.isCurrent()).toBe(false);
  });

  test("not after the file was deleted", () => {
    const file = fileWith("abc");
    using snapshot = openSnapshot(file);
    fs.unlinkSync(file);
    expect(snapshot.isCurrent()).toBe(false);
  });

  test("not after the link was pointed at another file", () => {
    const link = path.join(temporaryFolder(), "link");
    fs.symlinkSync(fileWith("abc"), link);
    using snapshot = openSnapshot(link);
    fs.unlinkSync(link);
    fs.symlinkSync(fileWith("abc"), link);
    expect(snapshot.isCurrent()).toBe(false);
  });

  test("not when the path leads to the same file under another name", () => {
    const file = fileWith("abc");
    const link = path.join(temporaryFolder(), "link");
    fs.symlinkSync(file, link);
    using snapshot = openSnapshot(link);
    fs.linkSync(file, `${file}.second`);
    fs.unlinkSync(link);
    fs.symlinkSync(`${file}.second`, link);
    expect(snapshot.isCurrent()).toBe(false);
  });

  test("not after the file was written in place", () => {
    const file = fileWith("abc");
    using snapshot = openSnapshot(file);
    fs.writeFileSync(file, "abcd");
    expect(snapshot.isCurrent()).toBe(false);
  });
});

describe("a snapshot is unchanged in place", () => {
  test("after the file was replaced, because this version still is what it was", () => {
    const file = fileWith("abc");
    using snapshot = openSnapshot(file);
    replaceByRename(file, "xyz");
    expect(snapshot.unchangedInPlace()).toBe(true);
  });

  test("not after it was truncated", () => {
    const file = fileWith("abc");
    using snapshot = openSnapshot(file);
    fs.truncateSync(file, 1);
    expect(snapshot.unchangedInPlace()).toBe(false);
  });

  test("not after as many bytes were written over it", () => {
    const file = fileWith("abc");
    fs.utimesSync(file, 1, 1);
    using snapshot = openSnapshot(file);
    fs.writeFileSync(file, "xyz");
    expect(snapshot.unchangedInPlace()).toBe(false);
  });

  test("not after as many bytes were written over it and it got a second name", () => {
    const file = fileWith("abc");
    fs.utimesSync(file, 1, 1);
    using snapshot = openSnapshot(file);
    fs.writeFileSync(file, "xyz");
    fs.linkSync(file, `${file}.second`);
    expect(snapshot.unchangedInPlace()).toBe(false);
  });

  test("not after as many bytes were written over it and the time was set back", () => {
    const file = fileWith("abc");
    fs.utimesSync(file, 1, 1);
    using snapshot = openSnapshot(file);
    // The change time cannot be set; let the clock that it is taken from go on.
    const changedAt = fs.statSync(file).ctimeMs;
    do {
      fs.writeFileSync(file, "xyz");
      fs.utimesSync(file, 1, 1);
    } while (fs.statSync(file).ctimeMs === changedAt);
    expect(snapshot.unchangedInPlace()).toBe(false);
  });
});

describe("a closed snapshot", () => {
  test("may be closed again", () => {
    const snapshot = openSnapshot(fileWith("abc"));
    snapshot.close();
    expect(() => {
      snapshot.close();
    }).not.toThrow();
  });

  test.each([
    ["read", (snapshot: Snapshot) => snapshot.read(Buffer.alloc(1))],
    ["compared", (snapshot: Snapshot) => snapshot.unchangedInPlace()],
    ["asked whether it is current", (snapshot: Snapshot) => snapshot.isCurrent()],
  ])("cannot be %s, because its descriptor may be another file's by now", (_, use) => {
    const snapshot = openSnapshot(fileWith("abc"));
    snapshot.close();
    expect(() => use(snapshot)).toThrow("This snapshot is closed");
  });
});
