import { byId, element } from "./elements.js";
import type { ListQuery } from "./session-list.js";
import { cellText } from "./shown-text.js";

type Query = Pick<ListQuery, "text" | "platform" | "state" | "isPendingOnly">;

/** What the operator wants to see of the list. */
export class QueryForm {
  readonly #filter = byId("filter", HTMLInputElement);
  readonly #platform = byId("platform", HTMLSelectElement);
  readonly #state = byId("state", HTMLSelectElement);
  readonly #pendingOnly = byId("pending-only", HTMLInputElement);
  #platforms = "";

  constructor(changed: () => void) {
    const form = byId("query", HTMLFormElement);
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("input", changed);
    this.#filter.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || this.#filter.value === "") return;
      event.preventDefault();
      this.#filter.value = "";
      changed();
    });
    document.addEventListener("keydown", (event) => {
      const isTyped = event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement;
      if (event.key !== "/" || isTyped || event.ctrlKey || event.metaKey || event.altKey) return;
      if (document.querySelector("dialog[open]") !== null) return;
      event.preventDefault();
      this.#filter.focus();
      this.#filter.select();
    });
  }

  query(): Query {
    return {
      text: this.#filter.value,
      platform: this.#platform.selectedOptions[0] === this.#platform.options[0] ? undefined : this.#platform.value,
      state: this.#state.value as Query["state"],
      isPendingOnly: this.#pendingOnly.checked,
    };
  }

  /** What to say where nothing is found. */
  get emptyText(): string {
    return "No session is found. Escape in the filter clears its text; look at platform, state and approvals too.";
  }

  /** Offers these platforms, and the one that is chosen, even where it has no session any more. */
  offerPlatforms(platforms: ReadonlySet<string>): void {
    const { platform: chosen } = this.query();
    const offered = [...new Set(chosen === undefined ? platforms : [...platforms, chosen])].sort();
    const key = JSON.stringify(offered);
    if (key === this.#platforms) return;
    this.#platforms = key;
    const options = offered.map((name) => {
      const option = element("option", { value: name }, name === "" ? "(none)" : cellText(name));
      option.selected = name === chosen;
      return option;
    });
    this.#platform.replaceChildren(...Array.from(this.#platform.options).slice(0, 1), ...options);
  }
}
