import { byId, element } from "./elements.js";
import type { SortKey } from "./session-list.js";

interface SortColumn {
  readonly key: SortKey;
  readonly label: string;
  /** Which way a first click sorts: times and approvals with what matters first. */
  readonly isDescendingFirst: boolean;
  /** Left out where there is little room. */
  readonly isRoomy: boolean;
}

const COLUMNS: readonly SortColumn[] = [
  { key: "userId", label: "User", isDescendingFirst: false, isRoomy: false },
  { key: "platform", label: "Platform", isDescendingFirst: false, isRoomy: true },
  { key: "id", label: "Session", isDescendingFirst: false, isRoomy: true },
  { key: "createdAt", label: "Created", isDescendingFirst: true, isRoomy: true },
  { key: "lastActivity", label: "Activity", isDescendingFirst: true, isRoomy: false },
  { key: "isPending", label: "Approval", isDescendingFirst: true, isRoomy: false },
];

export interface SortOrder {
  readonly sortKey: SortKey;
  readonly isDescending: boolean;
}

/** The header of the list, whose buttons choose the order. */
export class SortHeader {
  readonly #cells = new Map<SortKey, HTMLTableCellElement>();
  #order: SortOrder = { sortKey: "lastActivity", isDescending: true };

  constructor(changed: () => void) {
    const row = byId("sessions", HTMLTableElement).tHead?.rows[0];
    for (const column of COLUMNS) {
      const button = element(
        "button",
        { type: "button" },
        column.label,
        element("span", { class: "arrow", "aria-hidden": "true" }),
      );
      button.addEventListener("click", () => {
        this.#sortBy(column);
        changed();
      });
      const cell = element("th", { scope: "col", ...(column.isRoomy ? { class: "roomy" } : {}) }, button);
      this.#cells.set(column.key, cell);
      row?.append(cell);
    }
    this.#show();
  }

  get order(): SortOrder {
    return this.#order;
  }

  #sortBy({ key, isDescendingFirst }: SortColumn): void {
    const isSame = this.#order.sortKey === key;
    this.#order = { sortKey: key, isDescending: isSame ? !this.#order.isDescending : isDescendingFirst };
    this.#show();
  }

  #show(): void {
    for (const [key, cell] of this.#cells) {
      if (key === this.#order.sortKey) cell.ariaSort = this.#order.isDescending ? "descending" : "ascending";
      else cell.removeAttribute("aria-sort");
    }
  }
}
