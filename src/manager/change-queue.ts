/** A change that is made in memory and waits to be written. */
interface Change {
  /** Makes the change; again where the sessions were read anew. */
  readonly run: () => unknown;
  result: unknown;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** Changes in their order, of which each commit takes all that wait. */
export class ChangeQueue {
  #waiting: Change[] = [];

  get size(): number {
    return this.#waiting.length;
  }

  /**
   * Makes a change at once.
   * @returns its result, when a commit has written it
   * @throws what `run` throws; nothing waits then
   */
  add<Result>(run: () => Result): Promise<Result> {
    const result = run();
    return new Promise((resolve, reject) => {
      this.#waiting.push({ run, result, resolve: resolve as (result: unknown) => void, reject });
    });
  }

  /** Makes all changes that wait again, in their order; those that cannot be made any more are refused. */
  runAgain(): void {
    this.#waiting = this.#waiting.filter((change) => {
      try {
        change.result = change.run();
        return true;
      } catch (error) {
        change.reject(error);
        return false;
      }
    });
  }

  /** What is written next; from here on other changes wait. */
  take(): CommitBatch {
    const changes = this.#waiting;
    this.#waiting = [];
    return {
      acknowledge: () => {
        for (const { resolve, result } of changes) resolve(result);
      },
      refuse: (error) => {
        for (const { reject } of changes) reject(error);
      },
      giveBack: () => {
        this.#waiting = [...changes, ...this.#waiting];
      },
    };
  }
}

/** The changes of one commit. */
export interface CommitBatch {
  readonly acknowledge: () => void;
  readonly refuse: (error: unknown) => void;
  /** They wait again, before all others. */
  readonly giveBack: () => void;
}
