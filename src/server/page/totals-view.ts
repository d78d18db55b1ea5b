import { count, groupDigits, humanBytes } from "../../cli/render/numbers.js";
import { humanDuration, relativeTime } from "../../cli/render/time.js";
import type { Instant } from "../../session/timestamp.js";
import { byId, element, setText } from "./elements.js";
import { instantOf } from "./session-body.js";
import { fullTime } from "./session-row.js";
import { cellText, sentenceText } from "./shown-text.js";

interface Counts {
  readonly total: number;
  readonly active: number;
  readonly expired: number;
  readonly pending: number;
}

/** What the page reads of `GET /api/stats`. */
export interface StatsBody extends Counts {
  readonly store: string;
  readonly bytes: number;
  readonly now: string;
  readonly timeout_seconds: number;
  readonly groups: readonly (Counts & { readonly key: string | null })[];
  readonly idle_seconds: { readonly p50: number; readonly p90: number; readonly max: number } | null;
  readonly oldest_activity: string | null;
  readonly newest_activity: string | null;
  readonly damaged: number;
  readonly damaged_findings: readonly { readonly line?: number; readonly message: string }[];
}

const GROUPS_SHOWN = 12;
const FINDINGS_SHOWN = 5;

/** What `sessions stats` shows. */
export class TotalsView {
  readonly #counts = byId("counts", HTMLDListElement);
  readonly #platforms = byId("platforms", HTMLTableElement);
  readonly #facts = byId("facts", HTMLDListElement);

  /** @param trouble what keeps the server from reading or writing the file; undefined where nothing does */
  show(stats: StatsBody, trouble: string | undefined): void {
    const now = instantOf(stats.now);
    this.#counts.replaceChildren(
      pair("Sessions", groupDigits(stats.total)),
      pair("Active", groupDigits(stats.active)),
      pair("Expired", groupDigits(stats.expired)),
      pair("Pending approvals", groupDigits(stats.pending), stats.pending > 0 ? "attention" : ""),
    );
    this.#platforms.hidden = stats.groups.length === 0;
    const largest = Math.max(...stats.groups.map(({ total }) => total));
    const rows = stats.groups.slice(0, GROUPS_SHOWN).map((group) => platformRow(group.key ?? "(none)", group, largest));
    const others = stats.groups.length - rows.length;
    if (others > 0)
      rows.push(element("tr", {}, element("td", { colspan: "6" }, `and ${count(others, "other platform")}`)));
    this.#platforms.tBodies[0]?.replaceChildren(...rows);
    this.#facts.replaceChildren(
      ...this.#activity(stats, now),
      pair("Expired", `idle for ${humanDuration(stats.timeout_seconds)} or longer`),
      pair("File", `${sentenceText(stats.store)}, ${humanBytes(stats.bytes)}`),
      pair("Health", trouble === undefined ? "the file can be read and written" : "trouble, see above", "only-live"),
    );
    setText(
      document.head.querySelector("title") ?? document.head,
      stats.pending > 0 ? `${groupDigits(stats.pending)} pending · sessions` : "sessions",
    );
  }

  #activity({ idle_seconds: idle, newest_activity: newest, oldest_activity: oldest }: StatsBody, now: Instant): Node[] {
    if (idle === null || newest === null || oldest === null) return [];
    const [half, most, longest] = [idle.p50, idle.p90, idle.max].map(humanDuration);
    const time = (text: string): Node => {
      const instant = instantOf(text);
      return element("time", { datetime: text, title: fullTime(instant, text) }, relativeTime(instant, now));
    };
    return [
      pair("Idle", `half ${half ?? ""} or less, 90% ${most ?? ""}, longest ${longest ?? ""}`),
      pair("Newest", time(newest)),
      pair("Oldest", time(oldest)),
    ];
  }
}

/** What of the file the server cannot read; undefined where it can read all. */
export function damageNotice({ damaged, damaged_findings: findings, store }: StatsBody): Node | undefined {
  if (damaged === 0) return undefined;
  const lines = findings
    .slice(0, FINDINGS_SHOWN)
    .map(({ line, message }) =>
      element("li", {}, `${line === undefined ? "" : `line ${groupDigits(line)}: `}${sentenceText(message)}`),
    );
  const hidden = damaged - lines.length;
  if (hidden > 0) lines.push(element("li", {}, `and ${groupDigits(hidden)} more`));
  const [are, they] = damaged === 1 ? ["is", "It stays"] : ["are", "They stay"];
  return element(
    "div",
    { class: "notice" },
    element(
      "p",
      {},
      `${count(damaged, "record")} of the file ${are} damaged and not shown. ${they} in the file as ${they === "It stays" ? "it is" : "they are"}. What is wrong with them says `,
      element("code", {}, `sessions validate ${sentenceText(store)}`),
      ".",
    ),
    element("ul", {}, ...lines),
  );
}

function pair(name: string, value: string | Node, kind = ""): Node {
  return element("div", kind === "" ? {} : { class: kind }, element("dt", {}, name), element("dd", {}, value));
}

function platformRow(name: string, group: Counts, largest: number): HTMLTableRowElement {
  const bar = element("span", { class: "bar" });
  bar.style.setProperty("width", `${(100 * group.total) / largest}%`);
  const numbers = [
    [group.total, "number"],
    [group.active, "number"],
    [group.expired, "number roomy"],
    [group.pending, "number"],
  ] as const;
  return element(
    "tr",
    {},
    element("th", { scope: "row" }, cellText(name)),
    ...numbers.map(([number, kind]) => element("td", { class: kind }, groupDigits(number))),
    element("td", { class: "share", "aria-hidden": "true" }, bar),
  );
}
