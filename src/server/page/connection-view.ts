import { byId, setText } from "./elements.js";
import type { Connection } from "./live-events.js";

/** Says whether what the page shows is what is now. Changes of the state are announced, the seconds are not. */
export class ConnectionView {
  readonly #element = byId("connection", HTMLParagraphElement);
  readonly #text = byId("connection-text", HTMLSpanElement);
  readonly #retry = byId("retry", HTMLButtonElement);
  readonly #announce: (text: string) => void;

  constructor(retry: () => void, announce: (text: string) => void) {
    this.#announce = announce;
    this.#retry.addEventListener("click", retry);
  }

  show(connection: Connection): void {
    const { state } = connection;
    setText(this.#text, textOf(connection));
    this.#retry.hidden = state === "live" || state === "connecting";
    const before = this.#element.dataset["state"];
    if (before === state) return;
    this.#element.dataset["state"] = state;
    if (state === "live") this.#announce("Live");
    else if (state === "refused") this.#announce("Not connected");
    else if (state === "reconnecting" && before === "live") this.#announce("Connection lost, reconnecting");
    else if (state === "stopped") this.#announce("The server stopped");
  }
}

function textOf(connection: Connection): string {
  switch (connection.state) {
    case "live":
      return "live";
    case "connecting":
      return "connecting…";
    case "reconnecting":
      return `reconnecting in ${connection.seconds} s`;
    case "stopped":
      return `server stopped, trying again in ${connection.seconds} s`;
    case "refused":
      return "not connected";
  }
}
