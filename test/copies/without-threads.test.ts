// A machine, or a limit of it, may refuse another thread, or end it.
import { createHash } from "node:crypto";
import { EventEmitter } from "node:events";
import fs from "node:fs";
import { beforeEach, expect, test, vi } from "vitest";
import { backUp, largeFile } from "./backups.js";

const threads = vi.hoisted(() => ({ begun: 0, begin: (): unknown => undefined }));

vi.mock("node:worker_threads", () => ({
  Worker: function () {
    threads.begun += 1;
    return threads.begin();
  },
}));

beforeEach(() => {
  threads.begun = 0;
});

test.each([
  [
    "refuses",
    () => {
      throw Object.assign(new Error("no more threads"), { code: "ERR_WORKER_INIT_FAILED" });
    },
  ],
  [
    "ends",
    () => {
      const worker = Object.assign(new EventEmitter(), { terminate: () => Promise.resolve(1) });
      setTimeout(() => worker.emit("exit", 1), 5);
      return worker;
    },
  ],
])("a backup is made in one thread where the system %s another one", async (_name, begin) => {
  threads.begin = begin;
  const file = largeFile();
  const { path, manifest } = await backUp(file);
  expect(fs.readFileSync(path).equals(fs.readFileSync(file))).toBe(true);
  expect(manifest.stored.sha256).toBe(createHash("sha256").update(fs.readFileSync(file)).digest("hex"));
  expect(threads.begun).toBe(1);
  expect(fs.readdirSync(`${file}.d/backups`)).toHaveLength(2);
});
