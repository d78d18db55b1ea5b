// What the thread of `RowThread` runs. The build makes one script of it, because a thread begins with a text of its own.
import { readSync } from "node:fs";
import { parentPort, workerData } from "node:worker_threads";
import { useKernel } from "../kernel/instance.js";
import { ChunkRenderer } from "./row-chunk.js";
import type { RowAnswer, RowTask, RowThreadData } from "./row-thread.js";

const { fd, byteLength, kernel, setup } = workerData as RowThreadData;
useKernel(kernel);
const renderer = new ChunkRenderer(
  (target, byteOffset) =>
    readSync(fd, target, 0, Math.min(target.length, Math.max(0, byteLength - byteOffset)), byteOffset),
  setup,
);
parentPort?.on("message", ({ chunk, buffer }: RowTask) => {
  const answer: RowAnswer = { rendered: renderer.render(chunk, new Uint8Array(buffer)), buffer };
  parentPort?.postMessage(answer, [buffer]);
});
const ready: RowAnswer = "ready";
parentPort?.postMessage(ready);
