import { MICROSECONDS_PER_SECOND, type Instant } from "../session/timestamp.js";
import type { CliContext, TextOutput } from "./context.js";
import { bar } from "./render/bars.js";
import { humanBytes, percent } from "./render/numbers.js";

const SILENT_SECONDS = 1;
const SECONDS_BETWEEN_DRAWINGS = 0.1;
const BAR_COLUMNS = 20;
const CLEAR_LINE = "\r\x1b[K";

/** How far the reading of a file has come: a line on stderr, where that is a terminal and the work takes over a second. */
export class Progress {
  readonly #stderr: TextOutput;
  readonly #clock: () => Instant;
  #start: Instant | undefined;
  #done = 0;
  #drawnAt: Instant = 0;
  #isShown = false;

  constructor(stderr: TextOutput, clock: () => Instant) {
    this.#stderr = stderr;
    this.#clock = clock;
  }

  /** @param done bytes read; a smaller number than the last one starts anew */
  update(done: number, total: number): void {
    if (!this.#stderr.isTerminal) return;
    const now = this.#clock();
    if (this.#start === undefined || done < this.#done) this.#start = now;
    this.#done = done;
    const seconds = (now - this.#start) / MICROSECONDS_PER_SECOND;
    const sinceDrawing = (now - this.#drawnAt) / MICROSECONDS_PER_SECOND;
    if (seconds < SILENT_SECONDS || sinceDrawing < SECONDS_BETWEEN_DRAWINGS) return;
    this.#drawnAt = now;
    this.#isShown = true;
    void this.#stderr.write(`${CLEAR_LINE}${progressLine(done, total, seconds)}`);
  }

  /** Takes the line away, before something else is written. */
  async clear(): Promise<void> {
    if (!this.#isShown) return;
    this.#isShown = false;
    await this.#stderr.write(CLEAR_LINE);
  }
}

/** Short enough for 60 columns. */
function progressLine(done: number, total: number, seconds: number): string {
  const share = total === 0 ? 1 : Math.min(1, done / total);
  const left = share === 0 ? "" : `, ${Math.ceil((seconds / share) * (1 - share))}s left`;
  return `${bar(share, BAR_COLUMNS).padEnd(BAR_COLUMNS)} ${percent(share)}, ${humanBytes(Math.round(done / seconds))}/s${left}`;
}

/** The context with streams that take a progress line away before they write. */
export function withProgress(context: CliContext): CliContext {
  const progress = new Progress(context.stderr, context.clock);
  const cleared = (output: TextOutput): TextOutput => ({
    // Both at once, in this order, and without holding the text: some commands cannot wait before they write on.
    write: (text) => Promise.all([progress.clear(), output.write(text)]).then(() => undefined),
    isTerminal: output.isTerminal,
    get columns() {
      return output.columns;
    },
    get rows() {
      return output.rows;
    },
  });
  return {
    ...context,
    stdout: cleared(context.stdout),
    stderr: cleared(context.stderr),
    prompt: async (question) => {
      await progress.clear();
      return context.prompt(question);
    },
    promptSecret: async (question) => {
      await progress.clear();
      return context.promptSecret(question);
    },
    onRead: (done, total) => progress.update(done, total),
  };
}
