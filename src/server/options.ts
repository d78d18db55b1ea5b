import type { SessionsError } from "../errors.js";
import type { LoadedContents } from "../manager/options.js";
import type { SessionManager } from "../manager/session-manager.js";
import type { TimeSource } from "../manager/system-time.js";

export interface ServerOptions {
  readonly manager: SessionManager;
  readonly stats: StatsSource;
  readonly time: TimeSource;
  /** Whoever does not name it as a bearer token gets no sessions. Left out, only requests that name a loopback host do. */
  readonly token?: string;
  /** Origins, such as `https://admin.example`, whose pages may use this server beside its own. */
  readonly corsOrigins: readonly string[];
  /** Is told of an error that is a bug of ours; its request is answered with 500. */
  readonly onBug: (error: unknown) => void;
  /** Is told why the file could not be read or written for a request, unless another program is the reason; it is answered with 503. */
  readonly onTrouble: (error: SessionsError) => void;
}

/** What `sessions stats` says of the file, as text; made by whoever starts the server. */
export interface StatsSource {
  /**
   * @param damaged records that the manager cannot decode
   * @throws SessionsError as `SessionStore.stats`
   */
  json(damaged: LoadedContents["damaged"]): Promise<string>;
  /**
   * In the Prometheus text exposition format.
   * @param mostPlatforms so many have labels of their own, those with the most sessions; the sessions of all others are counted together
   * @throws SessionsError as `SessionStore.stats`
   */
  prometheus(mostPlatforms: number): Promise<string>;
}

/** What a route may say about itself. */
declare module "fastify" {
  interface FastifyContextConfig {
    /** It is answered without a token. It must not tell anything of the sessions but their number. */
    readonly isPublic?: boolean;
  }
}
