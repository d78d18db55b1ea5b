/** A change that is made in memory and waits to be written. */
interface Change {
  /** Makes the change; again where the sessions were read anew. */
  readonly run: () => unknown;
  result: unknown;
  /** Nobody waits for it any more: it is not to be refused. */
  readonly isAcknowledged: boolean;
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
   * @param isAcknowledged whether somebody was told already that it is made
   * @returns its result, when a commit has written it
   * @throws what `run` throws; nothing waits then
   */
  add<Result>(run: () => Result, isAcknowledged = false): Promise<Result> {
    const result = run();
    return new Promise((resolve, reject) => {
      this.#waiting.push({ run, result, isAcknowledged, resolve: resolve as (result: unknown) => void, reject });
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
      fail: (error, isWritten) => {
        const kept: Change[] = [];
        for (const change of changes) {
          if (!change.isAcknowledged) change.reject(error);
          else if (isWritten) change.resolve(change.result);
          else kept.push(change);
        }
        this.#waiting = [...kept, ...this.#waiting];
      },
    };
  }
}

/** The changes of one commit. */
export interface CommitBatch {
  readonly acknowledge: () => void;
  /**
   * Refuses those that somebody waits for. The others wait again, before all that came since, where they are not written.
   */
  readonly fail: (error: unknown, isWritten: boolean) => void;
}
