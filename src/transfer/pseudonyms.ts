import { createHmac } from "node:crypto";

/** 64 bits: of a million different values, two get one pseudonym with a chance of one in 37 million. */
const DIGITS = 16;
/** Values that come again and again (a user's id) are looked up; memory stays bounded. */
const MOST_REMEMBERED = 4096;

/** Keyed pseudonyms (HMAC-SHA-256): the same text gets the same one under a key, and without the key none can be guessed at. */
export class Pseudonyms {
  readonly #key: Uint8Array;
  readonly #remembered = new Map<string, string>();

  /** @param key at least 16 bytes that nobody can guess */
  constructor(key: Uint8Array) {
    if (key.length < SHORTEST_KEY_BYTES) throw new RangeError("the key is too short");
    this.#key = key;
  }

  /** `x` and 16 hexadecimal digits; nothing for nothing. */
  of(text: string): string {
    if (text === "") return "";
    const known = this.#remembered.get(text);
    if (known !== undefined) return known;
    const pseudonym = `x${createHmac("sha256", this.#key).update(text, "utf8").digest("hex").slice(0, DIGITS)}`;
    if (this.#remembered.size === MOST_REMEMBERED) this.#remembered.clear();
    if (text.length <= LONGEST_REMEMBERED) this.#remembered.set(text, pseudonym);
    return pseudonym;
  }
}

export const SHORTEST_KEY_BYTES = 16;
const LONGEST_REMEMBERED = 200;
