import { hashOfText } from "./text-hash.js";
import { Uint32List } from "./uint32-list.js";

const FIRST_CAPACITY = 1024;
/** Free space that keeps the ways short. */
const MOST_FILLED = 0.5;

/**
 * Finds the number that was given to an id, of numbers that count up from 0. The ids themselves are kept elsewhere. Memory:
 * 12 to 20 bytes an id.
 */
export class IdNumbers {
  readonly #hasId: (number: number, id: string) => boolean;
  readonly #hashes = new Uint32List();
  /** A number and one more; 0 is free. */
  #slots = new Int32Array(FIRST_CAPACITY * 2);
  #size = 0;

  /** @param hasId whether a number was given to this id; asked where their hashes are the same */
  constructor(hasId: (number: number, id: string) => boolean) {
    this.#hasId = hasId;
  }

  /** The last number of an id. */
  find(id: string): number | undefined {
    const slot = this.#slots[this.#slotOf(id, shortHash(id))] ?? 0;
    return slot === 0 ? undefined : slot - 1;
  }

  /** @returns the number that the id had before */
  set(id: string, number: number): number | undefined {
    if (this.#size >= this.#slots.length * MOST_FILLED) this.#grow();
    const hash = shortHash(id);
    this.#hashes.set(number, hash);
    const place = this.#slotOf(id, hash);
    const before = this.#slots[place] ?? 0;
    this.#slots[place] = number + 1;
    if (before !== 0) return before - 1;
    this.#size += 1;
    return undefined;
  }

  /** Where the id is, or would be. */
  #slotOf(id: string, hash: number): number {
    const { length } = this.#slots;
    for (let place = hash % length; ; place = (place + 1) % length) {
      const number = (this.#slots[place] ?? 0) - 1;
      if (number === -1 || (this.#hashes.get(number) === hash && this.#hasId(number, id))) return place;
    }
  }

  #grow(): void {
    const grown = new Int32Array(this.#slots.length * 2);
    for (const slot of this.#slots) {
      if (slot === 0) continue;
      let place = this.#hashes.get(slot - 1) % grown.length;
      while (grown[place] !== 0) place = (place + 1) % grown.length;
      grown[place] = slot;
    }
    this.#slots = grown;
  }
}

function shortHash(id: string): number {
  return hashOfText(id) >>> 0;
}
