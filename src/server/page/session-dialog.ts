import { jsonEntries } from "../../session/json.js";
import type { Api } from "./api.js";
import type { ConfirmDialog } from "./confirm-dialog.js";
import { byId, element, setText } from "./elements.js";
import { instantOf, type SessionBody } from "./session-body.js";
import { fullTime } from "./session-row.js";
import { cellText, detailJson, detailText, sentenceText } from "./shown-text.js";

export interface SessionDialogListener {
  /** A session was changed here; this is what it is now. */
  changed(session: SessionBody): void;
  /** A session was deleted here. */
  deleted(sessionId: string): void;
}

/** Everything about one session, with what an operator does to it. */
export class SessionDialog {
  readonly #api: Api;
  readonly #confirm: ConfirmDialog;
  readonly #listener: SessionDialogListener;
  readonly #dialog = byId("session", HTMLDialogElement);
  readonly #title = byId("session-heading", HTMLHeadingElement);
  readonly #notice = byId("session-notice", HTMLParagraphElement);
  readonly #fields = byId("session-fields", HTMLDListElement);
  readonly #clear = byId("clear-approval", HTMLButtonElement);
  readonly #delete = byId("delete-session", HTMLButtonElement);
  #sessionId: string | undefined;
  #name = "";

  constructor(api: Api, confirm: ConfirmDialog, listener: SessionDialogListener) {
    this.#api = api;
    this.#confirm = confirm;
    this.#listener = listener;
    byId("close-session", HTMLButtonElement).addEventListener("click", () => this.#dialog.close());
    this.#dialog.addEventListener("close", () => (this.#sessionId = undefined));
    this.#clear.addEventListener("click", () => this.#askToClear());
    this.#delete.addEventListener("click", () => this.#askToDelete());
  }

  /** The session that is shown; undefined where the dialog is closed. */
  get sessionId(): string | undefined {
    return this.#sessionId;
  }

  open(sessionId: string, userId: string, platform: string): void {
    this.#sessionId = sessionId;
    this.#name = `${sentenceText(userId)} on ${sentenceText(platform)}`;
    setText(this.#title, this.#name);
    this.#fields.replaceChildren();
    this.#say("Loading…");
    this.#allow(false, false);
    this.#dialog.showModal();
    this.#title.focus();
    void this.refresh();
  }

  /** Shows what the server knows of the session now. */
  async refresh(): Promise<void> {
    const sessionId = this.#sessionId;
    if (sessionId === undefined) return;
    try {
      const body = await this.#api.text(`api/session/${encodeURIComponent(sessionId)}`);
      if (this.#sessionId === sessionId) this.#show(body);
    } catch (error) {
      if (this.#sessionId === sessionId) this.#fail(error);
    }
  }

  /** The session was deleted by somebody else. */
  showGone(): void {
    this.#say("This session was deleted meanwhile. What stands here is what it was.");
    this.#allow(false, false);
  }

  #show(body: string): void {
    const session = JSON.parse(body) as SessionBody & { readonly state: string };
    // As they are written, because a number of JavaScript loses digits beyond 2^53.
    const sources = new Map(jsonEntries(body));
    const approval = session.has_pending_approval ? sources.get("pending_approval") : undefined;
    const isExpired = session.state === "expired";
    const rows: [string, Node][] = [
      ["State", plain(session.state)],
      ["Created", time(session.created_at)],
      ["Last activity", time(session.last_activity)],
      ["Pending approval", approval === undefined ? plain("none") : json(approval, "Pending approval")],
      ["Metadata", json(sources.get("metadata") ?? "{}", "Metadata")],
      ["Session", plain(session.session_id)],
      ["User", plain(session.user_id)],
      ["Platform", plain(session.platform)],
      ["Thread", plain(session.thread_id)],
    ];
    rows.forEach(([name, value], index) => {
      const row = element("div", {}, element("dt", {}, name), element("dd", {}, value));
      const before = this.#fields.children[index];
      // What did not change keeps its selection, and how far it is scrolled.
      if (before === undefined) this.#fields.append(row);
      else if (!before.isEqualNode(row)) before.replaceWith(row);
    });
    const isStuck = isExpired && approval !== undefined;
    this.#say(isStuck ? "The approval of an expired session cannot be cleared; the session can be deleted." : "");
    this.#allow(approval !== undefined && !isExpired, true);
  }

  #fail(error: unknown): void {
    this.#say(error instanceof Error ? error.message : String(error));
    this.#allow(false, false);
  }

  #say(text: string): void {
    setText(this.#notice, text);
    this.#notice.hidden = text === "";
  }

  /** A button that the focus is on gives it to the heading before it goes out of use. */
  #allow(canClear: boolean, canDelete: boolean): void {
    for (const [button, can] of [
      [this.#clear, canClear],
      [this.#delete, canDelete],
    ] as const) {
      if (!can && document.activeElement === button) this.#title.focus();
      button.disabled = !can;
    }
  }

  #askToClear(): void {
    const sessionId = this.#sessionId;
    if (sessionId === undefined) return;
    this.#confirm.ask({
      title: "Clear the pending approval?",
      text: `${this.#name}: the bot forgets what it asked, and answers this user again. The session stays.`,
      action: "Clear approval",
      doing: "Clearing…",
      perform: async () => {
        const path = `api/sessions/${encodeURIComponent(sessionId)}/approval`;
        this.#listener.changed(await this.#api.json<SessionBody>(path, "DELETE"));
      },
      done: () => {
        if (this.#sessionId !== sessionId) return;
        this.#title.focus();
        void this.refresh();
      },
    });
  }

  #askToDelete(): void {
    const sessionId = this.#sessionId;
    if (sessionId === undefined) return;
    this.#confirm.ask({
      title: "Delete the session?",
      text: `${this.#name}: the session and its metadata are removed from the file. Only a backup can bring them back.`,
      action: "Delete",
      doing: "Deleting…",
      perform: async () => {
        await this.#api.text(`api/sessions/${encodeURIComponent(sessionId)}`, "DELETE");
      },
      done: () => {
        if (this.#sessionId === sessionId) this.#dialog.close();
        this.#listener.deleted(sessionId);
      },
    });
  }
}

function plain(text: string): Node {
  return element("bdi", {}, text === "" ? "–" : detailText(text));
}

function time(text: string): Node {
  return element("span", {}, fullTime(instantOf(text), text), element("code", { class: "as-written" }, cellText(text)));
}

/** Scrolls within itself, so it can have the focus of the keyboard. */
function json(text: string, label: string): Node {
  return element("pre", { tabindex: "0", role: "region", "aria-label": label }, detailJson(text));
}
