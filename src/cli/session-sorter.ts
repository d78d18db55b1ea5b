import { compareValues, type FieldReader } from "../session/fields.js";
import type { FieldValue } from "../session/field-value.js";
import type { Retention } from "../session/retention.js";
import type { Session } from "../session/session.js";

interface Keyed {
  readonly session: Session;
  readonly key: FieldValue;
  readonly place: number;
}

/**
 * Sorts sessions by one field; those with equal values keep their order, those without the value come last. Holds no
 * more than twice the sessions that are wanted.
 */
export class SessionSorter {
  readonly #read: FieldReader;
  readonly #descending: boolean;
  readonly #retention: Retention;
  readonly #wanted: number;
  #kept: Keyed[] = [];
  #place = 0;

  /** @param wanted how many of the first ones will be asked for; Infinity for all */
  constructor(read: FieldReader, descending: boolean, retention: Retention, wanted: number) {
    this.#read = read;
    this.#descending = descending;
    this.#retention = retention;
    this.#wanted = wanted;
  }

  add(session: Session): void {
    this.#kept.push({ session, key: this.#read(session, this.#retention), place: this.#place });
    this.#place += 1;
    if (this.#kept.length >= Math.max(1024, this.#wanted * 2)) this.#trim();
  }

  sorted(): Session[] {
    this.#trim();
    return this.#kept.map(({ session }) => session);
  }

  #trim(): void {
    const sign = this.#descending ? -1 : 1;
    this.#kept.sort((left, right) => {
      const [leftIsNone, rightIsNone] = [isNone(left.key), isNone(right.key)];
      if (leftIsNone !== rightIsNone) return leftIsNone ? 1 : -1;
      return sign * compareValues(left.key, right.key) || left.place - right.place;
    });
    if (this.#kept.length > this.#wanted) this.#kept.length = this.#wanted;
  }
}

/** A time that cannot be decoded is no earlier and no later than any other. */
function isNone(value: FieldValue): boolean {
  return value.type === "none" || (value.type === "time" && value.instant === undefined);
}
