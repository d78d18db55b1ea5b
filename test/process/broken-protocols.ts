// Writers that leave out a step. The tests that look for lost sessions must find them here, or they prove nothing.
import fs from "node:fs";
import path from "node:path";

type Protocol = (target: string, content: string) => void;

export const brokenProtocols: Readonly<Record<string, Protocol>> = {
  "truncate-and-write": (target, content) => {
    const fd = fs.openSync(target, "w", 0o600);
    fs.writeSync(fd, content);
    fs.fsyncSync(fd);
    fs.closeSync(fd);
  },
  "no-file-fsync": (target, content) => {
    writeBeside(target, content, { sync: false });
    fs.renameSync(`${target}.new`, target);
    syncDirectoryOf(target);
  },
  "no-directory-fsync": (target, content) => {
    writeBeside(target, content, { sync: true });
    fs.renameSync(`${target}.new`, target);
  },
  "size-not-checked": (target, content) => {
    const fd = fs.openSync(`${target}.new`, "w", 0o600);
    fs.writeSync(fd, content);
    fs.fsyncSync(fd);
    fs.closeSync(fd);
    fs.renameSync(`${target}.new`, target);
    syncDirectoryOf(target);
  },
};

function writeBeside(target: string, content: string, { sync }: { sync: boolean }): void {
  const fd = fs.openSync(`${target}.new`, "w", 0o600);
  fs.writeSync(fd, content);
  if (sync) fs.fsyncSync(fd);
  fs.closeSync(fd);
}

function syncDirectoryOf(target: string): void {
  const fd = fs.openSync(path.dirname(target), "r");
  fs.fsyncSync(fd);
  fs.closeSync(fd);
}
