/** The HTTP interface, as the page uses it: below the page's own address, with the token where one is asked for. */

const TOKEN_KEY = "sessions.token";
const TIMEOUT_MS = 60_000;

/** What the server answered instead of doing it, or why there is no answer. */
export class ApiError extends Error {
  /** HTTP status; 0 where there was no answer. */
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Asks the operator for the token. @param isRefused whether the last one was; @returns undefined where none is given */
export type AskToken = (isRefused: boolean) => Promise<string | undefined>;

export class Api {
  readonly #askToken: AskToken;
  #asking: Promise<boolean> | undefined;
  #isDeclined = false;

  constructor(askToken: AskToken) {
    this.#askToken = askToken;
  }

  get hasToken(): boolean {
    return sessionStorage.getItem(TOKEN_KEY) !== null;
  }

  /** After the operator gave no token: asks for it the next time that one is needed. */
  askAgain(): void {
    this.#isDeclined = false;
  }

  forgetToken(): void {
    sessionStorage.removeItem(TOKEN_KEY);
  }

  /** The text of an answer. @throws ApiError */
  async text(path: string, method = "GET"): Promise<string> {
    const response = await this.open(path, AbortSignal.timeout(TIMEOUT_MS), method);
    return response.text().catch((error: unknown) => {
      throw unreachable(error);
    });
  }

  /** An answer as JSON. @throws ApiError */
  async json<T>(path: string, method = "GET"): Promise<T> {
    return JSON.parse(await this.text(path, method)) as T;
  }

  /** An answer whose body is still to come. Where the token is missing or wrong it is asked for. @throws ApiError */
  async open(path: string, signal: AbortSignal, method = "GET"): Promise<Response> {
    for (;;) {
      const token = sessionStorage.getItem(TOKEN_KEY);
      const headers: HeadersInit = token === null ? {} : { Authorization: `Bearer ${token}` };
      const response = await fetch(new URL(path, document.baseURI), {
        method,
        headers,
        signal,
        cache: "no-store",
      }).catch((error: unknown) => {
        throw unreachable(error);
      });
      if (response.ok) return response;
      const detail = await detailOf(response);
      if (response.status !== 401 || !(await this.#renewToken(token))) throw new ApiError(response.status, detail);
    }
  }

  /** Asks once, however many requests were refused. @returns whether there is another token now */
  async #renewToken(refused: string | null): Promise<boolean> {
    if (sessionStorage.getItem(TOKEN_KEY) !== refused) return true;
    if (this.#isDeclined) return false;
    this.#asking ??= this.#askToken(refused !== null)
      .then((token) => {
        this.#isDeclined = token === undefined;
        if (token !== undefined) sessionStorage.setItem(TOKEN_KEY, token);
        return token !== undefined;
      })
      .finally(() => (this.#asking = undefined));
    return this.#asking;
  }
}

async function detailOf(response: Response): Promise<string> {
  const text = await response.text().catch(() => "");
  try {
    const { detail } = JSON.parse(text) as { readonly detail?: unknown };
    if (typeof detail === "string") return detail;
  } catch {
    // Something between here and the server answered.
  }
  return `The server answered ${response.status} ${response.statusText}`.trimEnd();
}

function unreachable(error: unknown): ApiError {
  const isSlow = error instanceof DOMException && error.name === "TimeoutError";
  const what = isSlow ? "The server takes too long to answer" : "The server does not answer";
  return new ApiError(0, `${what}. Is \`sessions serve\` still running?`);
}
