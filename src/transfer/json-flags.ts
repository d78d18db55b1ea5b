import type { Session } from "../session/session.js";

/** Counts the sessions that go out with a JSON column which is not valid JSON, and stands as text for that reason. */
export class JsonFlags {
  readonly #looksAtApproval: boolean;
  readonly #looksAtMetadata: boolean;
  #count = 0;

  /** @param fieldNames the fields that go out */
  constructor(fieldNames: readonly string[]) {
    this.#looksAtApproval = fieldNames.includes("pending_approval");
    this.#looksAtMetadata = fieldNames.includes("metadata");
  }

  get count(): number {
    return this.#count;
  }

  see(session: Session): void {
    const isWrong =
      (this.#looksAtApproval && !session.hasJsonApproval) || (this.#looksAtMetadata && !session.hasJsonMetadata);
    if (isWrong) this.#count += 1;
  }
}
