import { absoluteTime, relativeTime } from "../../cli/render/time.js";
import type { Instant } from "../../session/timestamp.js";
import { element, setText } from "./elements.js";
import type { ListedSession } from "./session-body.js";
import { cellText, sentenceText } from "./shown-text.js";

const SHORT_ID_LENGTH = 8;
const TIME_ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** One row of the list, which stays the same element as long as its session is shown. */
export class SessionRow {
  readonly row: HTMLTableRowElement;
  /** Opens the session. */
  readonly button = element("button", { type: "button", class: "open" });
  readonly #platform = element("td", { class: "roomy" });
  /** Where there is no column for it. */
  readonly #smallPlatform = element("span", { class: "narrow-only" });
  readonly #id = element("td", { class: "id roomy" });
  readonly #created = element("time", {});
  readonly #activity = element("time", {});
  readonly #state = element("span", { class: "state" });
  readonly #approval = element("td", {});
  #session: ListedSession | undefined;

  constructor(session: ListedSession, open: () => void) {
    this.button.addEventListener("click", open);
    this.row = element(
      "tr",
      {},
      element("th", { scope: "row" }, this.button, this.#smallPlatform),
      this.#platform,
      this.#id,
      element("td", { class: "roomy" }, this.#created),
      element("td", {}, this.#activity, " ", this.#state),
      this.#approval,
    );
    setText(this.#id, cellText(shortId(session.id)));
    this.#id.title = sentenceText(session.id);
  }

  /** Shows the session as it is now. */
  update(session: ListedSession, now: Instant, cutoff: Instant): void {
    setText(this.button, cellText(session.userId));
    for (const target of [this.#platform, this.#smallPlatform]) setText(target, cellText(session.platform));
    showTime(this.#activity, session.lastActivity, session.activityText, now);
    showTime(this.#created, session.createdAt, session.createdText, now);
    const isExpired = session.lastActivity <= cutoff;
    setText(this.#state, session.isGone ? "deleted" : isExpired ? "expired" : "");
    if (this.#session?.isPending !== session.isPending) {
      this.#approval.replaceChildren(
        session.isPending ? element("span", { class: "badge" }, "pending") : element("span", { class: "none" }, "none"),
      );
    }
    this.row.classList.toggle("expired", isExpired);
    this.row.classList.toggle("gone", session.isGone);
    this.#session = session;
  }
}

/** A time with its distance to now; the time itself is in the title, and in `datetime` for programs. */
function showTime(target: HTMLTimeElement, instant: Instant, text: string, now: Instant): void {
  setText(target, Number.isNaN(instant) ? cellText(text) : relativeTime(instant, now));
  const title = fullTime(instant, text);
  if (target.title === title) return;
  target.title = title;
  target.dateTime = Number.isNaN(instant) ? "" : new Date(instant / 1000).toISOString();
}

/** A time in the zone of who looks at it, and in UTC; a text that is no time as it is. */
export function fullTime(instant: Instant, text: string): string {
  if (Number.isNaN(instant)) return cellText(text);
  const utc = absoluteTime(instant, "UTC");
  const local = absoluteTime(instant, TIME_ZONE);
  return local === utc ? utc : `${local} (${utc})`;
}

function shortId(id: string): string {
  return id.length > SHORT_ID_LENGTH + 1 ? `${id.slice(0, SHORT_ID_LENGTH)}…` : id;
}
