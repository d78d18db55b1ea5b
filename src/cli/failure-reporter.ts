import { SessionsError } from "../errors.js";
import type { CliContext } from "./context.js";
import { explained } from "./explain-error.js";
import { bugText, errorText } from "./report-error.js";

/** How long the same failure is not said again. */
const REPEAT_AFTER_US = 60_000_000;

/** Says on stderr what fails while a server runs; a failure that lasts once a minute. */
export class FailureReporter {
  readonly #context: CliContext;
  #lastText = "";
  #lastTime = -Infinity;

  constructor(context: CliContext) {
    this.#context = context;
  }

  async report(error: unknown): Promise<void> {
    const { stderr, clock } = this.#context;
    const text = error instanceof SessionsError ? await errorText(await explained(error), stderr) : bugText(error);
    const now = clock();
    if (text === this.#lastText && now - this.#lastTime < REPEAT_AFTER_US) return;
    this.#lastText = text;
    this.#lastTime = now;
    // A server goes on where nobody reads what it says any more.
    await stderr.write(text).catch(() => undefined);
  }
}
