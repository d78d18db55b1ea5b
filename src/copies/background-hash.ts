import { Worker } from "node:worker_threads";

/** The other thread cannot be had, or ended; whoever hashes must begin anew, in its own thread. */
export class HashThreadFailed extends Error {}

const SLOT_BYTES = 512 * 1024;
const SLOTS = 4;
/** In the place of a slot's fill. */
const FREE = 0;
const END = -1;

/**
 * SHA-256 of pieces, made by another thread while this one goes on: `next` gives memory of 512 KiB, `push` says how much of
 * it is filled. A piece stays as it is until three others have been pushed.
 */
export class BackgroundHash implements Disposable {
  readonly #slots: readonly Uint8Array[];
  /** Of each slot, how many bytes wait to be hashed. */
  readonly #fills: Int32Array;
  readonly #worker: Worker;
  readonly #digest: Promise<string>;
  #turn = 0;

  /** @throws HashThreadFailed */
  constructor() {
    const memory = new SharedArrayBuffer(SLOT_BYTES * SLOTS);
    this.#slots = Array.from({ length: SLOTS }, (_, slot) => new Uint8Array(memory, slot * SLOT_BYTES, SLOT_BYTES));
    this.#fills = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT * SLOTS));
    const shared: SharedMemory = { slots: this.#slots, fills: this.#fills };
    try {
      this.#worker = new Worker(`(${hashInTurn.toString()})()`, { eval: true, workerData: shared });
    } catch (error) {
      throw new HashThreadFailed("no thread can be begun", { cause: error });
    }
    this.#digest = new Promise((resolve, reject) => {
      const fail = (cause: unknown): void => {
        reject(new HashThreadFailed("the thread that hashes has ended", { cause }));
      };
      this.#worker.once("message", resolve).once("error", fail).once("exit", fail);
    });
    // It is thrown by whatever awaits it next; until then it must not count as unhandled.
    this.#digest.catch(() => undefined);
  }

  /** Memory for the next piece. @throws HashThreadFailed */
  async next(): Promise<Uint8Array> {
    for (;;) {
      const waiting = Atomics.load(this.#fills, this.#turn);
      if (waiting === FREE) return this.#slots[this.#turn] ?? new Uint8Array();
      const { async, value } = Atomics.waitAsync(this.#fills, this.#turn, waiting);
      if (async) await Promise.race([value, this.#digest]);
    }
  }

  /** @param byteLength how many bytes the piece has, from the start of the memory that `next` gave; more than 0 */
  push(byteLength: number): void {
    this.#set(byteLength);
  }

  /** In lowercase hexadecimal digits, after the last piece. @throws HashThreadFailed */
  async digest(): Promise<string> {
    await this.next();
    this.#set(END);
    return this.#digest;
  }

  /** Ends the thread, whatever it is doing. */
  [Symbol.dispose](): void {
    void this.#worker.terminate();
  }

  #set(fill: number): void {
    Atomics.store(this.#fills, this.#turn, fill);
    Atomics.notify(this.#fills, this.#turn);
    this.#turn = (this.#turn + 1) % SLOTS;
  }
}

interface SharedMemory {
  readonly slots: readonly Uint8Array[];
  readonly fills: Int32Array;
}

/** Runs in the other thread, which gets its text: it can name nothing of this module. */
function hashInTurn(): void {
  const threads = process.getBuiltinModule("node:worker_threads");
  const { slots, fills } = threads.workerData as SharedMemory;
  const hash = process.getBuiltinModule("node:crypto").createHash("sha256");
  for (let turn = 0; ; turn = (turn + 1) % slots.length) {
    Atomics.wait(fills, turn, 0);
    const fill = Atomics.load(fills, turn);
    const slot = slots[turn];
    if (fill < 0 || slot === undefined) break;
    hash.update(slot.subarray(0, fill));
    Atomics.store(fills, turn, 0);
    Atomics.notify(fills, turn);
  }
  threads.parentPort?.postMessage(hash.digest("hex"));
}
