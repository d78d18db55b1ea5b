/** The page of `sessions serve`: its parts, and what goes from one to the other. */
import { MICROSECONDS_PER_SECOND } from "../../session/timestamp.js";
import { Api, ApiError } from "./api.js";
import { ConfirmDialog } from "./confirm-dialog.js";
import { ConnectionView } from "./connection-view.js";
import { byId, setText } from "./elements.js";
import type { StreamEvent } from "./event-parser.js";
import { ListView, type ServerClock } from "./list-view.js";
import { LiveEvents } from "./live-events.js";
import { Notices } from "./notices.js";
import { QueryForm } from "./query-form.js";
import { instantOf, listedSession, type SessionBody } from "./session-body.js";
import { SessionDialog } from "./session-dialog.js";
import { SessionList } from "./session-list.js";
import { SortHeader } from "./sort-header.js";
import { TokenDialog } from "./token-dialog.js";
import { damageNotice, TotalsView, type StatsBody } from "./totals-view.js";

const TICK_MS = 5000;
/** Neither the server nor the browser is kept busy with what is shown for more than this share of the time. */
const MOST_BUSY = 1 / 20;
/** Totals follow changes at most so often. */
const TOTALS_EVERY_MS = 1000;
/** Totals and list are looked at without any change too, because sessions expire. */
const AT_LEAST_EVERY_MS = 30_000;
/** The list follows changes at most so often. */
const LIST_EVERY_MS = 250;
const LIST_AGAIN_MS = 5000;
const FILTER_SPOKEN_AFTER_MS = 700;

interface ListBody {
  readonly active_sessions: readonly SessionBody[];
}

const notices = new Notices();
const tokenDialog = new TokenDialog();
const api = new Api((isRefused) => tokenDialog.ask(isRefused));
const list = new SessionList();
const totals = new TotalsView();
const announcement = byId("announcement", HTMLParagraphElement);
const forgetToken = byId("forget-token", HTMLButtonElement);
/** The clock of the server, as of the last totals. */
let clock = { now: Date.now() * 1000, at: performance.now(), timeoutSeconds: Infinity };
let isLoaded = false;
let loads = 0;
/** What came while the list was being loaded; undefined while it is not. */
let early: StreamEvent[] | undefined;

function announce(text: string): void {
  setText(announcement, text);
}

function serverClock(): ServerClock {
  const now = clock.now + (performance.now() - clock.at) * 1000;
  return { now, cutoff: now - clock.timeoutSeconds * MICROSECONDS_PER_SECOND };
}

const header = new SortHeader(() => void listView.showFirstPage());
const form = new QueryForm(() => {
  const found = listView.showFirstPage();
  speakLater(found);
});
const sessionDialog = new SessionDialog(api, new ConfirmDialog(), {
  changed: (session) => {
    list.put(listedSession(session));
    listView.show("kept");
    refreshTotals();
    announce("Approval cleared");
  },
  deleted: (id) => {
    list.remove(id);
    listView.closeGap(id);
    refreshTotals();
    announce("Session deleted");
  },
});
const listView = new ListView({
  list,
  form,
  header,
  clock: serverClock,
  isLoaded: () => isLoaded,
  open: ({ id, userId, platform }) => sessionDialog.open(id, userId, platform),
});
const speakLater = afterQuiet(FILTER_SPOKEN_AFTER_MS, announce);
const refreshTotals = atMostEvery(TOTALS_EVERY_MS, loadTotals);
const refreshList = atMostEvery(LIST_EVERY_MS, async () => {
  await new Promise(requestAnimationFrame);
  listView.show("kept");
});
const refreshDialog = atMostEvery(TOTALS_EVERY_MS, () => sessionDialog.refresh());

async function loadTotals(): Promise<void> {
  const stats = api.json<StatsBody>("api/stats");
  const trouble = (await troubleOf(api.text("health"))) ?? (await troubleOf(stats));
  notices.show("health", trouble);
  await stats.then((body) => showTotals(body, trouble)).catch(() => undefined);
}

function showTotals(stats: StatsBody, trouble: string | undefined): void {
  clock = { now: instantOf(stats.now), at: performance.now(), timeoutSeconds: stats.timeout_seconds };
  totals.show(stats, trouble);
  notices.show("damage", damageNotice(stats));
}

/** What the server says of the file where it cannot do something; that it does not answer says the connection. */
async function troubleOf(work: Promise<unknown>): Promise<string | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    if (error instanceof ApiError) return error.status >= 500 ? error.message : undefined;
    throw error;
  }
}

/** The last of several loads counts. */
async function loadList(): Promise<void> {
  loads += 1;
  const load = loads;
  early ??= [];
  try {
    const { active_sessions: sessions } = await api.json<ListBody>("api/sessions?state=all");
    if (load !== loads) return;
    list.replaceAll(sessions.map(listedSession));
    isLoaded = true;
    notices.show("list", undefined);
  } catch (error) {
    if (load !== loads) return;
    notices.show("list", `The list could not be loaded: ${error instanceof Error ? error.message : String(error)}`);
    // What the server refuses it will refuse again.
    const isPassing = error instanceof ApiError && (error.status === 0 || error.status >= 500);
    if (isPassing) setTimeout(() => (load === loads ? void loadList() : undefined), LIST_AGAIN_MS);
  }
  const missed = early;
  early = undefined;
  missed.forEach(take);
  refreshList();
}

function take(event: StreamEvent): void {
  if (early !== undefined) {
    early.push(event);
    return;
  }
  const body = JSON.parse(event.data) as SessionBody;
  const isShown = body.session_id === sessionDialog.sessionId;
  if (event.type === "removed") {
    list.remove(body.session_id);
    if (isShown) sessionDialog.showGone();
  } else if (event.type === "created" || event.type === "changed") {
    list.put(listedSession(body));
    if (isShown) refreshDialog();
  }
  refreshList();
  refreshTotals();
}

const events = new LiveEvents(api, {
  reload: () => {
    forgetToken.hidden = !api.hasToken;
    notices.show("access", undefined);
    void loadTotals().then(loadList);
  },
  event: take,
  connection: (connection) => {
    if (connection.state === "refused") notices.show("access", connection.reason);
    connectionView.show(connection);
  },
});
const connectionView = new ConnectionView(() => {
  api.askAgain();
  events.retryNow();
}, announce);

/** Runs at once, and again later where it was asked for meanwhile: after the interval, longer where it takes long. */
function atMostEvery(intervalMs: number, run: () => Promise<void>): () => void {
  let [isWaiting, isWanted] = [false, false];
  const go = async (): Promise<void> => {
    if (isWaiting) {
      isWanted = true;
      return;
    }
    [isWaiting, isWanted] = [true, false];
    const started = performance.now();
    await run();
    const tookMs = performance.now() - started;
    setTimeout(
      () => {
        isWaiting = false;
        if (isWanted) void go();
      },
      Math.max(intervalMs, tookMs / MOST_BUSY),
    );
  };
  return () => void go();
}

/** Runs with the last of the values, when none came for so long. */
function afterQuiet<T>(quietMs: number, run: (value: T) => void): (value: T) => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return (value) => {
    clearTimeout(timer);
    timer = setTimeout(() => run(value), quietMs);
  };
}

forgetToken.addEventListener("click", () => {
  api.forgetToken();
  location.reload();
});
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") events.hurry();
});
window.addEventListener("online", () => events.hurry());
// Nobody looks any more: the list may move again.
for (const name of ["pointerleave", "focusout"]) byId("sessions", HTMLTableElement).addEventListener(name, refreshList);
document.addEventListener("scrollend", refreshList);
setInterval(() => listView.tick(), TICK_MS);
setInterval(() => {
  refreshTotals();
  refreshList();
}, AT_LEAST_EVERY_MS);
void events.run();
