import { byId, setText } from "./elements.js";

export interface Question {
  readonly title: string;
  readonly text: string;
  /** What the button says that does it, and what it says meanwhile. */
  readonly action: string;
  readonly doing: string;
  /** Does it; where it fails, the dialog shows why and stays. */
  perform(): Promise<void>;
  /** It is done, and the dialog is closed. */
  done(): void;
}

/** Asks before something is changed; Cancel has the focus, and Escape cancels. */
export class ConfirmDialog {
  readonly #dialog = byId("confirm", HTMLDialogElement);
  readonly #title = byId("confirm-heading", HTMLHeadingElement);
  readonly #text = byId("confirm-text", HTMLParagraphElement);
  readonly #error = byId("confirm-error", HTMLParagraphElement);
  readonly #yes = byId("confirm-yes", HTMLButtonElement);
  readonly #no = byId("confirm-no", HTMLButtonElement);
  #question: Question | undefined;

  constructor() {
    this.#no.addEventListener("click", () => this.#dialog.close());
    this.#yes.addEventListener("click", () => void this.#perform());
  }

  ask(question: Question): void {
    this.#question = question;
    setText(this.#title, question.title);
    setText(this.#text, question.text);
    this.#error.hidden = true;
    this.#showBusy(false, question.action);
    this.#dialog.showModal();
    this.#no.focus();
  }

  async #perform(): Promise<void> {
    const question = this.#question;
    if (question === undefined || this.#yes.ariaDisabled === "true") return;
    this.#error.hidden = true;
    this.#showBusy(true, question.doing);
    const failure = await question.perform().then(
      () => undefined,
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
    const isAsked = this.#question === question;
    if (isAsked) this.#showBusy(false, question.action);
    if (failure === undefined) {
      if (isAsked) this.#dialog.close();
      question.done();
    } else if (isAsked) {
      setText(this.#error, `Not done: ${failure}`);
      this.#error.hidden = false;
    }
  }

  /** A button that is really disabled would lose the focus. */
  #showBusy(isBusy: boolean, label: string): void {
    setText(this.#yes, label);
    this.#yes.ariaDisabled = String(isBusy);
  }
}
