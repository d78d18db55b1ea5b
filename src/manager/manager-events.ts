import { EventEmitter } from "node:events";
import type { SessionManagerEvents } from "./options.js";
import type { SessionNews } from "./told-sessions.js";

/** Events for which the file is watched. */
const WATCHED: readonly (string | symbol)[] = ["created", "changed", "removed"];

/** A manager's events; says whether somebody listens to what happens to sessions. */
export class ManagerEvents extends EventEmitter<SessionManagerEvents> {
  /** Is told when the first listener comes, and when the last one has gone. @internal */
  onWatched: (isWatched: boolean) => void = () => undefined;
  #isWatched = false;

  constructor() {
    super();
    this.#countListeners();
  }

  /** Those of an event, or all; whoever comes after that is told as before. */
  override removeAllListeners(name?: keyof SessionManagerEvents): this {
    // Without the argument Node takes away what counts them, too.
    if (name !== undefined) return super.removeAllListeners(name);
    super.removeAllListeners();
    this.#countListeners();
    return this;
  }

  #countListeners(): void {
    // Before a listener is there, and when it has gone.
    (this as EventEmitter).on("newListener", (name: string) => this.#count(name, 1));
    (this as EventEmitter).on("removeListener", (name: string) => this.#count(name, 0));
  }

  /** A listener that throws is the fault of its program, not of the commit that is told. @internal */
  tell(news: SessionNews): void {
    this.announce(() => {
      if (news.type === "removed") this.emit(news.type, news.session);
      else this.emit(news.type, news.session);
    });
  }

  /** Without a listener nobody wants to know, and Node would end the process. @internal */
  tellError(error: unknown): void {
    if (this.listenerCount("error") > 0) this.announce(() => this.emit("error", error));
  }

  /** What a listener throws is thrown where no commit is, as of any other callback. @internal */
  announce(emit: () => void): void {
    try {
      emit();
    } catch (error) {
      queueMicrotask(() => {
        throw error;
      });
    }
  }

  #count(name: string, coming: number): void {
    if (!WATCHED.includes(name)) return;
    const count = WATCHED.reduce((sum, watched) => sum + (this as EventEmitter).listenerCount(watched), coming);
    if (count > 0 === this.#isWatched) return;
    this.#isWatched = count > 0;
    this.onWatched(this.#isWatched);
  }
}
