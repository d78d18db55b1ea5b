import { byId } from "./elements.js";

/** Asks for the token of the server. */
export class TokenDialog {
  readonly #dialog = byId("token", HTMLDialogElement);
  readonly #form = byId("token-form", HTMLFormElement);
  readonly #text = byId("token-text", HTMLInputElement);
  readonly #error = byId("token-error", HTMLParagraphElement);
  #answer: string | undefined;

  constructor() {
    byId("token-cancel", HTMLButtonElement).addEventListener("click", () => this.#dialog.close());
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#answer = this.#text.value.trim();
      this.#dialog.close();
    });
  }

  /** @param isRefused whether the last token was; @returns undefined where it is cancelled */
  async ask(isRefused: boolean): Promise<string | undefined> {
    this.#answer = undefined;
    this.#form.reset();
    this.#error.hidden = !isRefused;
    this.#dialog.showModal();
    this.#text.focus();
    await new Promise((resolve) => this.#dialog.addEventListener("close", resolve, { once: true }));
    return this.#given();
  }

  #given(): string | undefined {
    return this.#answer === "" ? undefined : this.#answer;
  }
}
