import { AT, LITERAL_BYTES, STEP_CAPACITY } from "./memory-layout.js";

/** One part of a row that is rendered straight from a record. Columns are places in the record, from 0. */
export type RowStep =
  /** Text that is the same in every row. */
  | { readonly type: "literal"; readonly text: string }
  /** A column's value; with `isInJsonString` it may stand between the quotes of a JSON string. */
  | { readonly type: "text"; readonly column: number; readonly isInJsonString: boolean }
  /** A timestamp column that stands parsed in a slot, as RFC 3339 in UTC. */
  | { readonly type: "time"; readonly column: number; readonly slot: number }
  /** A column of JSON; `empty` stands for an empty value. */
  | { readonly type: "json"; readonly column: number; readonly empty: string }
  /** `active` or `expired`. */
  | { readonly type: "state" };

const STEP_CODES = { literal: 0, text: 1, textInJson: 2, time: 3, json: 4, state: 5 } as const;

interface Placed {
  readonly at: number;
  readonly length: number;
}

/** The steps of a row, ready to be put into the kernel's memory. */
export class RowProgram {
  readonly #steps: number[] = [];
  readonly #literals: Placed[] = [];
  readonly #texts: Buffer[] = [];
  readonly separator: Placed;
  readonly stepCount: number;
  /** At most this many bytes of a row come from literals. */
  readonly literalBytes: number;
  #textLength = 0;

  /**
   * @param separator stands between rows
   * @throws RangeError for more steps or text than the kernel has room for; see `fits`
   */
  constructor(steps: readonly RowStep[], separator: string) {
    this.separator = this.#place(separator);
    for (const state of ["active", "expired"]) this.#literals.push(this.#place(state));
    for (const step of steps) this.#steps.push(...this.#encode(step));
    this.stepCount = steps.length;
    this.literalBytes = this.#textLength + steps.length * LONGEST_STATE;
    if (!this.fits) throw new RangeError("the row has too many parts");
  }

  get fits(): boolean {
    return this.stepCount <= STEP_CAPACITY && this.#textLength <= LITERAL_BYTES;
  }

  writeTo(memory: ArrayBuffer): void {
    new Uint32Array(memory, AT.steps, this.#steps.length).set(this.#steps);
    new Uint32Array(memory, AT.literals, this.#literals.length * 2).set(
      this.#literals.flatMap(({ at, length }) => [at, length]),
    );
    new Uint8Array(memory, AT.literalText, LITERAL_BYTES).set(Buffer.concat(this.#texts));
  }

  #encode(step: RowStep): [number, number, number] {
    switch (step.type) {
      case "literal": {
        const { at, length } = this.#place(step.text);
        return [STEP_CODES.literal, at, length];
      }
      case "text":
        return [step.isInJsonString ? STEP_CODES.textInJson : STEP_CODES.text, step.column, 0];
      case "time":
        return [STEP_CODES.time, step.column, step.slot];
      case "json":
        this.#literals.push(this.#place(step.empty));
        return [STEP_CODES.json, step.column, this.#literals.length - 1];
      case "state":
        return [STEP_CODES.state, 0, 0];
    }
  }

  #place(text: string): Placed {
    const bytes = Buffer.from(text);
    const placed = { at: AT.literalText + this.#textLength, length: bytes.length };
    this.#texts.push(bytes);
    this.#textLength += bytes.length;
    return placed;
  }
}

const LONGEST_STATE = "expired".length;
