import { ApiError, type Api } from "./api.js";
import { EventParser, type StreamEvent } from "./event-parser.js";

const WAITS_MS = [1000, 2000, 4000, 8000, 15_000, 30_000] as const;
/** The server sends something at least every 15 s. */
const SILENCE_MS = 40_000;

/** How the page stands to the server. */
export type Connection =
  | { readonly state: "connecting" | "live" }
  /** `seconds`: until the next attempt. */
  | { readonly state: "reconnecting" | "stopped"; readonly seconds: number }
  /** The server wants another token or host; it is not tried again until `retryNow`. */
  | { readonly state: "refused"; readonly reason: string };

export interface LiveEventsListener {
  /** What happened before may have been missed: events come from now on, or the server has no stream for us. */
  reload(): void;
  event(event: StreamEvent): void;
  connection(connection: Connection): void;
}

/** The server's events, for ever: a stream that ends is opened again, after a while that grows with each failure. */
export class LiveEvents {
  readonly #api: Api;
  readonly #listener: LiveEventsListener;
  #failures = 0;
  #isRefused = false;
  #wake: (() => void) | undefined;

  constructor(api: Api, listener: LiveEventsListener) {
    this.#api = api;
    this.#listener = listener;
  }

  async run(): Promise<never> {
    for (;;) {
      this.#listener.connection({ state: "connecting" });
      const failure = await this.#read().then(
        () => undefined,
        (error: unknown) => error,
      );
      const status = failure instanceof ApiError ? failure.status : undefined;
      if (status === 401 || status === 403) await this.#waitForOperator((failure as ApiError).message);
      else {
        if (status !== undefined && status > 0) this.#listener.reload();
        await this.#wait(status === 0 ? "stopped" : "reconnecting");
      }
    }
  }

  /** Does not wait any longer, where it is only a matter of time. */
  hurry(): void {
    if (!this.#isRefused) this.#wake?.();
  }

  /** Does not wait any longer, whatever for. */
  retryNow(): void {
    this.#wake?.();
  }

  /** Resolves when the stream ends; rejects where it cannot be opened. */
  async #read(): Promise<void> {
    const silence = new AbortController();
    let timer = setTimeout(() => silence.abort(), SILENCE_MS);
    try {
      const response = await this.#api.open("api/events", silence.signal);
      this.#failures = 0;
      this.#listener.connection({ state: "live" });
      this.#listener.reload();
      const parser = new EventParser();
      const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
      for (;;) {
        const { done = true, value } = (await reader?.read().catch(() => undefined)) ?? {};
        if (done || value === undefined) return;
        clearTimeout(timer);
        timer = setTimeout(() => silence.abort(), SILENCE_MS);
        for (const event of parser.feed(value)) this.#listener.event(event);
      }
    } finally {
      clearTimeout(timer);
    }
  }

  async #wait(state: "reconnecting" | "stopped"): Promise<void> {
    const waitMs = WAITS_MS[Math.min(this.#failures, WAITS_MS.length - 1)] ?? 0;
    this.#failures += 1;
    const until = performance.now() + waitMs;
    const tell = (): void => {
      const seconds = Math.max(1, Math.ceil((until - performance.now()) / 1000));
      this.#listener.connection({ state, seconds });
    };
    tell();
    const ticker = setInterval(tell, 1000);
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      setTimeout(resolve, waitMs);
    });
    clearInterval(ticker);
    this.#wake = undefined;
  }

  async #waitForOperator(reason: string): Promise<void> {
    this.#listener.connection({ state: "refused", reason });
    this.#isRefused = true;
    await new Promise<void>((resolve) => (this.#wake = resolve));
    this.#isRefused = false;
    this.#wake = undefined;
  }
}
