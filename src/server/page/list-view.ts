import { count, groupDigits } from "../../cli/render/numbers.js";
import type { Instant } from "../../session/timestamp.js";
import { byId, setText } from "./elements.js";
import type { QueryForm } from "./query-form.js";
import type { ListedSession } from "./session-body.js";
import type { SessionList } from "./session-list.js";
import { SessionRow } from "./session-row.js";
import type { SortHeader } from "./sort-header.js";

const PAGE_LENGTH = 100;

/** The clock of the server: what is now, and who was last active then or before is expired. */
export interface ServerClock {
  readonly now: Instant;
  readonly cutoff: Instant;
}

export interface ListViewParts {
  readonly list: SessionList;
  readonly form: QueryForm;
  readonly header: SortHeader;
  readonly clock: () => ServerClock;
  /** Whether the list could be loaded at all. */
  readonly isLoaded: () => boolean;
  readonly open: (session: ListedSession) => void;
}

/**
 * A page of the list. What a row says is always as it is now. Which rows there are, and in which order, changes by itself only
 * while nobody is at the list; else a button says what there is to see.
 */
export class ListView {
  readonly #parts: ListViewParts;
  readonly #section = byId("list", HTMLElement);
  readonly #table = byId("sessions", HTMLTableElement);
  readonly #body = this.#table.tBodies[0] ?? this.#table.createTBody();
  readonly #range = byId("range", HTMLParagraphElement);
  readonly #empty = byId("empty", HTMLParagraphElement);
  readonly #renew = byId("renew", HTMLButtonElement);
  readonly #pager = byId("pager", HTMLElement);
  readonly #previous = byId("previous-page", HTMLButtonElement);
  readonly #next = byId("next-page", HTMLButtonElement);
  readonly #pageNumber = byId("page-number", HTMLSpanElement);
  #rows = new Map<string, SessionRow>();
  #page = 0;

  constructor(parts: ListViewParts) {
    this.#parts = parts;
    this.#renew.addEventListener("click", () => {
      this.show("renewed");
      this.#section.focus();
    });
    this.#previous.addEventListener("click", () => this.#turn(-1));
    this.#next.addEventListener("click", () => this.#turn(1));
    this.#body.addEventListener("keydown", (event) => this.#walk(event));
    this.#body.addEventListener("click", ({ target }) => {
      // Anywhere in the row, for who has a mouse or a thumb; its button is for the keyboard.
      if (
        target instanceof Element &&
        target.closest("button") === null &&
        document.getSelection()?.isCollapsed !== false
      )
        target.closest("tr")?.querySelector("button")?.click();
    });
  }

  /** @param order "renewed": whoever is at the list asked for it; "kept": unless nobody is at the list */
  show(order: "renewed" | "kept"): void {
    const { list, form, header, clock } = this.#parts;
    const { now, cutoff } = clock();
    form.offerPlatforms(list.platforms());
    const arranged = list.arrange({ ...form.query(), ...header.order }, cutoff);
    if (order === "renewed" || !this.#isAttended()) list.renew(arranged);
    this.#offerRenewal(arranged);
    this.#page = Math.max(0, Math.min(this.#page, Math.ceil(list.length / PAGE_LENGTH) - 1));
    const first = this.#page * PAGE_LENGTH;
    const sessions = list.slice(first, first + PAGE_LENGTH);
    this.#showRows(sessions, now, cutoff);
    this.#showCounts(first, sessions.length);
  }

  /** For another query: from the first page on. @returns how many sessions it finds, in words */
  showFirstPage(): string {
    this.#page = 0;
    this.show("renewed");
    const { length } = this.#parts.list;
    return length === 0 ? "No session found" : `${count(length, "session")} found`;
  }

  /** After a session was deleted here: the focus goes to the row that takes its place. */
  closeGap(id: string): void {
    const row = this.#rows.get(id)?.row;
    const neighbour = row?.nextElementSibling ?? row?.previousElementSibling;
    this.show("renewed");
    (neighbour?.querySelector("button") ?? this.#section).focus();
  }

  /** Lets the times go on. */
  tick(): void {
    const { now, cutoff } = this.#parts.clock();
    for (const [id, row] of this.#rows) {
      const session = this.#parts.list.find(id);
      if (session !== undefined) row.update(session, now, cutoff);
    }
  }

  /** The rows that are about to be used must not move. */
  #isAttended(): boolean {
    return (
      this.#page > 0 ||
      window.scrollY > 0 ||
      this.#body.matches(":hover") ||
      this.#body.contains(document.activeElement) ||
      document.querySelector("dialog[open]") !== null
    );
  }

  #offerRenewal(arranged: readonly ListedSession[]): void {
    const { added, removed, isMoved } = this.#parts.list.changesTo(arranged);
    const changes = [
      added > 0 ? `${groupDigits(added)} new` : "",
      removed > 0 ? `${groupDigits(removed)} gone` : "",
      added + removed === 0 && isMoved ? "order changed" : "",
    ].filter(Boolean);
    this.#renew.hidden = changes.length === 0;
    if (changes.length > 0) setText(this.#renew, `Update the list: ${changes.join(", ")}`);
  }

  #showRows(sessions: readonly ListedSession[], now: Instant, cutoff: Instant): void {
    const rows = new Map(
      sessions.map((session) => {
        const row = this.#rows.get(session.id) ?? new SessionRow(session, () => this.#open(session.id));
        row.update(session, now, cutoff);
        return [session.id, row] as const;
      }),
    );
    const isSame =
      rows.size === this.#rows.size &&
      [...rows.keys()].every((id, index) => this.#body.rows[index] === this.#rows.get(id)?.row);
    this.#rows = rows;
    if (isSame) return;
    const focused = document.activeElement;
    this.#body.replaceChildren(...Array.from(rows.values(), ({ row }) => row));
    if (focused instanceof HTMLElement && focused !== document.activeElement) focused.focus({ preventScroll: true });
  }

  #open(id: string): void {
    const session = this.#parts.list.find(id);
    if (session !== undefined) this.#parts.open(session);
  }

  #showCounts(first: number, shown: number): void {
    const { list, form, isLoaded } = this.#parts;
    const all = list.size;
    const pages = Math.ceil(list.length / PAGE_LENGTH);
    const found =
      list.length === all ? groupDigits(all) : `${groupDigits(list.length)} found, ${groupDigits(all)} in all`;
    setText(this.#range, shown === 0 ? "" : `${groupDigits(first + 1)}–${groupDigits(first + shown)} of ${found}`);
    this.#table.hidden = shown === 0;
    this.#empty.hidden = shown > 0 || !isLoaded();
    setText(
      this.#empty,
      all === 0 ? "There is no session in the file yet. New ones appear here by themselves." : form.emptyText,
    );
    this.#pager.hidden = pages <= 1;
    this.#previous.disabled = this.#page === 0;
    this.#next.disabled = this.#page >= pages - 1;
    setText(this.#pageNumber, `Page ${this.#page + 1} of ${groupDigits(pages)}`);
  }

  #turn(by: number): void {
    this.#page += by;
    this.show("kept");
    this.#section.scrollIntoView();
    this.#section.focus({ preventScroll: true });
  }

  /** The arrow keys go from row to row. */
  #walk(event: KeyboardEvent): void {
    const step =
      event.key === "ArrowDown" ? "nextElementSibling" : event.key === "ArrowUp" ? "previousElementSibling" : undefined;
    if (step === undefined || !(event.target instanceof Element)) return;
    const button = event.target.closest("tr")?.[step]?.querySelector("button");
    if (button === null || button === undefined) return;
    event.preventDefault();
    button.focus();
  }
}
