/** A change that is made in memory and waits to be written. */
interface Change {
  /** Makes the change; again where the sessions were read anew. */
  readonly run: () => unknown;
  /** The session that it is about, where it is about one that is there already. */
  readonly sessionId: string | undefined;
  result: unknown;
  /** Nobody waits for it any more: it is not to be refused. */
  readonly isAcknowledged: boolean;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** Changes in their order, of which each commit takes all that wait. */
export class ChangeQueue {
  #waiting: Change[] = [];
  /** Tell those whose changes cannot be made any more, with the next commit: why is in the log then. */
  #refusals: (() => void)[] = [];

  get size(): number {
    return this.#waiting.length;
  }

  /** Nobody waits, for a commit or to be told why there is none. */
  get isEmpty(): boolean {
    return this.#waiting.length === 0 && this.#refusals.length === 0;
  }

  /**
   * Makes a change at once.
   * @param options.isAcknowledged whether somebody was told already that it is made
   * @returns its result, when a commit has written it
   * @throws what `run` throws; nothing waits then
   */
  add<Result>(
    run: () => Result,
    {
      sessionId,
      isAcknowledged = false,
    }: { readonly sessionId?: string | undefined; readonly isAcknowledged?: boolean } = {},
  ): Promise<Result> {
    const result = run();
    return new Promise((resolve, reject) => {
      this.#waiting.push({
        run,
        sessionId,
        result,
        isAcknowledged,
        resolve: resolve as (result: unknown) => void,
        reject,
      });
    });
  }

  /** Lets changes that nobody waits for go before all others. They are made by the next `runAgain`. */
  addFirst(runs: readonly (() => void)[]): void {
    const nobody = (): void => undefined;
    const first = runs.map((run) => {
      return { run, sessionId: undefined, result: undefined, isAcknowledged: true, resolve: nobody, reject: nobody };
    });
    this.#waiting = [...first, ...this.#waiting];
  }

  /**
   * Makes all changes that wait again, in their order; those that cannot be made any more are refused when the
   * next commit is over.
   * @param refusalOf why the changes of a session are not to be made again; undefined where they are
   */
  runAgain(refusalOf: (sessionId: string) => unknown = () => undefined): void {
    this.#waiting = this.#waiting.filter((change) => {
      const refusal = change.sessionId === undefined ? undefined : refusalOf(change.sessionId);
      if (refusal !== undefined) {
        this.#refusals.push(() => change.reject(refusal));
        return false;
      }
      try {
        change.result = change.run();
        return true;
      } catch (error) {
        this.#refusals.push(() => change.reject(error));
        return false;
      }
    });
  }

  /** What is written next; from here on other changes wait. */
  take(): CommitBatch {
    const changes = this.#waiting;
    const refusals = this.#refusals;
    [this.#waiting, this.#refusals] = [[], []];
    return {
      acknowledge: () => {
        for (const refuse of refusals) refuse();
        for (const { resolve, result } of changes) resolve(result);
      },
      fail: (error, isWritten) => {
        for (const refuse of refusals) refuse();
        const kept: Change[] = [];
        for (const change of changes) {
          if (!change.isAcknowledged) change.reject(error);
          else if (isWritten) change.resolve(change.result);
          else kept.push(change);
        }
        this.#waiting = [...kept, ...this.#waiting];
      },
      waitAgain: () => {
        this.#waiting = [...changes, ...this.#waiting];
        this.#refusals = [...refusals, ...this.#refusals];
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
  /** All of them wait again, before all that came since. */
  readonly waitAgain: () => void;
}
