import { SessionsError, type ErrorCode } from "../errors.js";
import type { Instant } from "../session/timestamp.js";

/** So long a commit that failed says that the file cannot be written, where that may have passed without another one. */
const PASSING_US = 60_000_000;
/**
 * The same for the disk or a permission, which seldom pass: only a commit that is made shows that. Not for ever, because no
 * commit is made where nobody asks a server that says it is not well.
 */
const LASTING_US = 600_000_000;
const LASTING: ReadonlySet<ErrorCode> = new Set(["IO_FAILED", "DURABILITY_UNKNOWN"]);

/** Why a file cannot be read or written, as far as that is known. */
export class Trouble {
  #read: unknown;
  #write: { readonly error: unknown; readonly at: Instant } | undefined;

  /** @returns whether that is news: the look before did not fail for the same reason */
  readFailed(error: unknown): boolean {
    const isKnown = String(this.#read) === String(error);
    this.#read = error;
    return !isKnown;
  }

  writeFailed(error: unknown, at: Instant): void {
    this.#write = { error, at };
  }

  /** @param isAnother another version of it was read than before */
  wasRead(isAnother: boolean): void {
    this.#read = undefined;
    if (isAnother) this.#write = undefined;
  }

  wasWritten(): void {
    this.#read = this.#write = undefined;
  }

  /** @returns undefined where all is well. @param borderFault why what was read must not be written over */
  find(now: Instant, borderFault: unknown): unknown {
    const { error, at = -Infinity } = this.#write ?? {};
    const lasts = error instanceof SessionsError && LASTING.has(error.code) ? LASTING_US : PASSING_US;
    return this.#read ?? borderFault ?? (now - at < lasts ? error : undefined);
  }
}
