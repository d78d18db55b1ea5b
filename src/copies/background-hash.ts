import { Worker } from "node:worker_threads";

/** The other thread cannot be had, or ended; whoever hashes must begin anew, in its own thread. */
export class HashThreadFailed extends Error {}

/** SHA-256 of a file that is being written, made by another thread that reads what is there already. */
export class BackgroundHash implements Disposable {
  /** How many bytes are there; with all of them, the number below 0 that is as far from -1. */
  readonly #progress = new BigInt64Array(new SharedArrayBuffer(BigInt64Array.BYTES_PER_ELEMENT));
  readonly #worker: Worker;
  readonly #digest: Promise<string>;
  #byteLength = 0;

  /**
   * @param fd of the file, open for reading for as long as the thread runs
   * @throws HashThreadFailed
   */
  constructor(fd: number) {
    const shared: Shared = { fd, progress: this.#progress };
    try {
      this.#worker = new Worker(`(${hashWhatIsThere.toString()})()`, { eval: true, workerData: shared });
    } catch (error) {
      throw new HashThreadFailed("no thread can be begun", { cause: error });
    }
    this.#digest = new Promise((resolve, reject) => {
      const fail = (cause: unknown): void => {
        reject(new HashThreadFailed("the thread that hashes has ended", { cause }));
      };
      this.#worker.once("message", resolve).once("error", fail).once("exit", fail);
    });
    // It is thrown by `digest`; until then it must not count as unhandled.
    this.#digest.catch(() => undefined);
  }

  /** @param piece what was written behind all before it */
  add({ length }: Uint8Array): void {
    this.#byteLength += length;
    this.#tell(BigInt(this.#byteLength));
  }

  /** In lowercase hexadecimal digits, after the last piece. @throws HashThreadFailed */
  async digest(): Promise<string> {
    this.#tell(-1n - BigInt(this.#byteLength));
    return this.#digest;
  }

  /** Ends the thread, whatever it is doing. */
  [Symbol.dispose](): void {
    void this.#worker.terminate();
  }

  #tell(progress: bigint): void {
    Atomics.store(this.#progress, 0, progress);
    Atomics.notify(this.#progress, 0);
  }
}

interface Shared {
  readonly fd: number;
  readonly progress: BigInt64Array;
}

/** Runs in the other thread, which gets its text: it can name nothing of this module. */
function hashWhatIsThere(): void {
  const { readSync } = process.getBuiltinModule("node:fs");
  const threads = process.getBuiltinModule("node:worker_threads");
  const hash = process.getBuiltinModule("node:crypto").createHash("sha256");
  const { fd, progress } = threads.workerData as Shared;
  const buffer = new Uint8Array(512 * 1024);
  for (let at = 0, isWhole = false; !isWhole;) {
    const told = Atomics.load(progress, 0);
    isWhole = told < 0n;
    const end = Number(isWhole ? -1n - told : told);
    while (at < end) {
      const count = readSync(fd, buffer, 0, Math.min(buffer.length, end - at), at);
      if (count === 0) throw new Error(`the file ends at ${at}, not at ${end}`);
      hash.update(buffer.subarray(0, count));
      at += count;
    }
    if (!isWhole) Atomics.wait(progress, 0, told);
  }
  threads.parentPort?.postMessage(hash.digest("hex"));
}
