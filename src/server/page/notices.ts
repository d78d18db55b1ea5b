import { byId, element } from "./elements.js";

const KINDS = ["access", "list", "health", "damage"] as const;

/** What the operator has to know above all else; one notice of each kind at most. */
export class Notices {
  readonly #container = byId("notices", HTMLDivElement);
  readonly #shown = new Map<(typeof KINDS)[number], { readonly text: string; readonly node: Node }>();

  /** @param notice undefined where there is nothing to say any more */
  show(kind: (typeof KINDS)[number], notice: Node | string | undefined): void {
    const node = typeof notice === "string" ? element("p", { class: "notice", role: "alert" }, notice) : notice;
    const text = node?.textContent ?? "";
    if ((this.#shown.get(kind)?.text ?? "") === text) return;
    if (node === undefined) this.#shown.delete(kind);
    else this.#shown.set(kind, { text, node });
    this.#container.replaceChildren(...KINDS.flatMap((one) => this.#shown.get(one)?.node ?? []));
  }
}
