import { Worker } from "node:worker_threads";
import { compiledKernel } from "../kernel/instance.js";
import type { ChunkSetup, RenderedChunk, RowChunk } from "./row-chunk.js";
import { ROW_THREAD_SCRIPT } from "./row-thread.generated.js";

/** What the thread begins with. The descriptor must stay open until the thread has ended. */
export interface RowThreadData {
  readonly fd: number;
  readonly byteLength: number;
  readonly kernel: WebAssembly.Module;
  readonly setup: ChunkSetup;
}

/** A chunk, and the memory that its rows go to. */
export interface RowTask {
  readonly chunk: RowChunk;
  readonly buffer: ArrayBuffer;
}

/** What came of a task: the rows, where they can be made like this, and the memory. */
export interface RowPiece {
  readonly rendered: RenderedChunk | undefined;
  readonly buffer: ArrayBuffer;
}

/** `ready` once, then one answer for each task, in their order. */
export type RowAnswer = "ready" | RowPiece;

/** Makes rows from chunks of an open file elsewhere. */
export interface RowHelper extends AsyncDisposable {
  /** It has begun, and has not ended. */
  readonly isReady: boolean;
  /** How many chunks it has been given and has not answered. */
  readonly taskCount: number;
  /**
   * @param buffer belongs to the helper until the answer is there
   * @returns undefined, and the memory is gone, where the helper has ended
   */
  render(chunk: RowChunk, buffer: ArrayBuffer): Promise<RowPiece | undefined>;
}

/** Another thread that makes rows. */
export class RowThread implements RowHelper {
  readonly #worker: Worker | undefined;
  readonly #waiting: ((piece: RowPiece | undefined) => void)[] = [];
  #isReady = false;

  constructor(fd: number, byteLength: number, setup: ChunkSetup) {
    const data: RowThreadData = { fd, byteLength, kernel: compiledKernel(), setup };
    try {
      this.#worker = new Worker(ROW_THREAD_SCRIPT, { eval: true, workerData: data });
    } catch {
      // Its work is done without it.
      return;
    }
    this.#worker
      .on("message", (answer: RowAnswer) => this.#take(answer))
      .on("error", () => this.#end())
      .on("exit", () => this.#end());
  }

  get isReady(): boolean {
    return this.#isReady;
  }

  get taskCount(): number {
    return this.#waiting.length;
  }

  async render(chunk: RowChunk, buffer: ArrayBuffer): Promise<RowPiece | undefined> {
    if (!this.#isReady) return undefined;
    const task: RowTask = { chunk, buffer };
    this.#worker?.postMessage(task, [buffer]);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Ends when the thread does not read any more. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#worker?.terminate();
  }

  #take(answer: RowAnswer): void {
    if (answer === "ready") this.#isReady = true;
    else this.#waiting.shift()?.(answer);
  }

  #end(): void {
    this.#isReady = false;
    for (const answer of this.#waiting.splice(0)) answer(undefined);
  }
}
