import type { TextOutput } from "./context.js";

/** Text is handed on in pieces of about this many characters. */
const PIECE_LENGTH = 64 * 1024;

/** Hands text on to a stream for those who cannot wait for it while they make it. */
export class PieceWriter {
  readonly #output: TextOutput;
  #text = "";
  #written: Promise<void> = Promise.resolve();
  #failure: { readonly error: unknown } | undefined;

  constructor(output: TextOutput) {
    this.#output = output;
  }

  print(text: string): void {
    this.#text += text;
    if (this.#text.length >= PIECE_LENGTH) this.#handOn();
  }

  /** Resolves when all text has been taken over; rejects where any could not be written. */
  async flush(): Promise<void> {
    this.#handOn();
    await this.#written;
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  #handOn(): void {
    const piece = this.#output.write(this.#text).catch((error: unknown) => {
      this.#failure ??= { error };
    });
    this.#text = "";
    this.#written = Promise.all([this.#written, piece]).then(() => undefined);
  }
}
