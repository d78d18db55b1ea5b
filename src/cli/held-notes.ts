import { stripVTControlCharacters } from "node:util";
import type { CliContext } from "./context.js";

/**
 * Keeps what a command says on stderr until it ends, so that with `--json` an error is one JSON object and nothing else
 * stands beside it. A question is the exception: what leads up to it is shown before it is asked.
 */
export class HeldNotes {
  readonly context: CliContext;
  readonly #outer: CliContext;
  #texts: string[] = [];
  #isHolding = true;

  constructor(outer: CliContext) {
    this.#outer = outer;
    const { stderr } = outer;
    this.context = {
      ...outer,
      stderr: {
        write: async (text) => {
          if (this.#isHolding) this.#texts.push(Buffer.from(text).toString("utf8"));
          else await stderr.write(text);
        },
        isTerminal: stderr.isTerminal,
        get columns() {
          return stderr.columns;
        },
        get rows() {
          return stderr.rows;
        },
      },
      sayAtOnce: () => this.release(),
      prompt: async (question) => {
        await this.release();
        return outer.prompt(question);
      },
      promptSecret: async (question) => {
        await this.release();
        return outer.promptSecret(question);
      },
    };
  }

  /** The lines that were held, without colours; they are held no longer, nor is what follows. */
  take(): readonly string[] {
    const text = stripVTControlCharacters(this.#texts.join(""));
    this.#texts = [];
    this.#isHolding = false;
    return text.split("\n").filter((line) => line !== "");
  }

  async release(): Promise<void> {
    const texts = this.#texts;
    this.#texts = [];
    this.#isHolding = false;
    for (const text of texts) await this.#outer.stderr.write(text);
  }
}
