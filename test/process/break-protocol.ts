// Takes one step of the protocol away from this process, before it opens a file. The tests that look for lost sessions must
// find them then, or they prove nothing.
import fs from "node:fs";
import promises, { open, type FileHandle } from "node:fs/promises";
import module from "node:module";
import { setTimeout as pause } from "node:timers/promises";
import { openSnapshot, type Snapshot } from "../../src/storage/snapshot.js";

const BREAKS: Readonly<Record<string, () => Promise<void>>> = {
  /** The lock is taken whoever holds it; with some time between the last look at the file and the rename. */
  "ignores the lock": async () => {
    const locks = module.createRequire(import.meta.url)("fs-native-extensions") as { tryLock: () => boolean };
    locks.tryLock = () => true;
    const { rename } = promises;
    promises.rename = async (from, to) => {
      await pause(5);
      await rename(from, to);
    };
    module.syncBuiltinESMExports();
  },
  /** What is in memory is written, whatever the file holds by now. */
  "never reloads": async () => {
    const snapshot = openSnapshot(process.execPath);
    (Object.getPrototypeOf(snapshot) as Snapshot).isCurrent = () => true;
    snapshot.close();
  },
  /** The operating system's refusals, and that it took less than it was given, are passed over. */
  "believes every write": believeWrites,
  "no fsync of the file": async () => leaveOutSync((found) => fs.statSync(found).isFile()),
  "no fsync of the folder": async () => leaveOutSync((found) => fs.statSync(found).isDirectory()),
  /** Of the log folder, and of what stands in it. */
  "no fsync of the log": async () => leaveOutSync((found) => found.includes(".d/log")),
};

/** @param kind empty: nothing is taken away */
export async function breakProtocol(kind: string): Promise<void> {
  if (kind === "") return;
  const take = BREAKS[kind];
  if (take === undefined) throw new Error(`There is no break "${kind}"`);
  await take();
}

async function believeWrites(): Promise<void> {
  const prototype = await fileHandlePrototype();
  const { write, close } = prototype as {
    write: (bytes: Uint8Array, offset: number, length: number, position: null) => Promise<{ bytesWritten: number }>;
    close: () => Promise<void>;
  };
  const { fstatSync } = fs;
  const believed = new Map<number, number>();
  Object.assign(prototype, {
    async write(this: FileHandle, bytes: Uint8Array, offset: number, length: number) {
      await write.call(this, bytes, offset, length, null).catch(() => undefined);
      believed.set(this.fd, (believed.get(this.fd) ?? 0) + length);
      return { bytesWritten: length, buffer: bytes };
    },
    async close(this: FileHandle) {
      believed.delete(this.fd);
      await close.call(this);
    },
  });
  fs.fstatSync = ((fd: number, options?: fs.StatOptions) => {
    const stats = fstatSync(fd, options);
    const size = believed.get(fd);
    return size === undefined || options?.bigint === true ? stats : Object.assign(stats, { size });
  }) as typeof fs.fstatSync;
  module.syncBuiltinESMExports();
}

async function fileHandlePrototype(): Promise<FileHandle> {
  const handle = await open(process.execPath);
  await handle.close();
  return Object.getPrototypeOf(handle) as FileHandle;
}

/** On Linux. @param isLeftOut is given the path of what would be synced */
async function leaveOutSync(isLeftOut: (found: string) => boolean): Promise<void> {
  const prototype = await fileHandlePrototype();
  // eslint-disable-next-line @typescript-eslint/unbound-method -- it is bound when it is called
  const { sync } = prototype;
  prototype.sync = async function (this: FileHandle) {
    if (!isLeftOut(fs.readlinkSync(`/proc/self/fd/${this.fd}`))) await sync.call(this);
  };
}
