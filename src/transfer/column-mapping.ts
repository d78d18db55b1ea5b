import { columnNamed } from "../check/header.js";
import { SessionsError } from "../errors.js";
import { COMPUTED_FIELDS } from "../session/fields.js";

/** What a column of the input becomes: a column's name, or nothing. */
export interface MapEntry {
  readonly from: string;
  /** Empty where the column is left out. */
  readonly to: string;
}

export interface MappingOptions {
  readonly map: readonly MapEntry[];
  /** Columns that the target has not are added to it. */
  readonly addsColumns: boolean;
}

/**
 * The column for each name, in the order of the names; undefined for what is left out, "" for a column without a name, whose
 * values have no place but in a column without a name too.
 */
export type Targets = readonly (string | undefined)[];

const SIGNATURES_KEPT = 1000;

/** Finds the target's column for each column of an input, by its name. */
export class ColumnMapping {
  readonly #columns: ReadonlySet<string>;
  readonly #map: ReadonlyMap<string, string>;
  readonly #addsColumns: boolean;
  readonly #unused: Set<string>;
  readonly #known = new Map<string, Targets>();

  /** @param columns of the target */
  constructor(columns: readonly string[], { map, addsColumns }: MappingOptions) {
    this.#columns = new Set(columns.filter((name) => name !== ""));
    this.#map = new Map(map.map(({ from, to }) => [from, to]));
    this.#unused = new Set(this.#map.keys());
    this.#addsColumns = addsColumns;
  }

  /** @throws SessionsError USAGE where a name has no column, or two have one */
  targets(names: readonly string[]): Targets {
    const signature = names.join("\0");
    let targets = this.#known.get(signature);
    if (targets === undefined) {
      targets = this.#find(names);
      // Rows may have keys of their own, all of them different.
      if (this.#known.size === SIGNATURES_KEPT) this.#known.clear();
      this.#known.set(signature, targets);
    }
    return targets;
  }

  /** @throws SessionsError USAGE where a name that was to be mapped did not occur */
  requireAllUsed(): void {
    const [unused] = this.#unused;
    if (unused === undefined) return;
    throw new SessionsError("USAGE", {
      reason: `--map names a column that the input does not have: ${unused}`,
      hint: "give the name as it stands in the input's header",
    });
  }

  #find(names: readonly string[]): Targets {
    const taken = new Set<string>();
    const exact = names.map((name, place) => this.#exactly(this.#mapKey(names, place), name));
    for (const [place, target] of exact.entries()) if (target !== undefined) this.#take(taken, target, place);
    const unknown: string[] = [];
    const targets = names.map((name, place) => {
      const target = exact[place];
      if (target !== undefined) return target === "" ? undefined : target;
      if (name === "") return "";
      if ((COMPUTED_FIELDS as readonly string[]).includes(name)) return undefined;
      const meant = columnNamed(name);
      if (meant !== undefined && !taken.has(meant)) return this.#take(taken, meant, place);
      if (this.#addsColumns) return this.#take(taken, name, place);
      unknown.push(name);
      return undefined;
    });
    if (unknown.length > 0) throw unknownColumns(unknown);
    return targets;
  }

  /** What `--map` calls a column: its number, from 1, where no name tells it from the others. */
  #mapKey(names: readonly string[], place: number): string {
    const name = names[place] ?? "";
    const number = String(place + 1);
    // Few columns are mapped, of headers with many.
    if (!this.#map.has(number) || names.includes(number)) return name;
    const isTold = name !== "" && names.indexOf(name) === names.lastIndexOf(name);
    return isTold ? name : number;
  }

  /** By `--map`, or by the very name; "" leaves it out. */
  #exactly(key: string, name: string): string | undefined {
    const mapped = this.#map.get(key);
    if (mapped === undefined) return this.#columns.has(name) ? name : undefined;
    this.#unused.delete(key);
    if (mapped === "" || this.#columns.has(mapped) || this.#addsColumns) return mapped;
    throw new SessionsError("USAGE", {
      reason: `--map ${key}=${mapped} names a column that the file does not have`,
      hint: `it has ${[...this.#columns].join(", ")}`,
    });
  }

  #take(taken: Set<string>, target: string, place: number): string {
    if (target !== "" && taken.has(target)) {
      throw new SessionsError("USAGE", {
        reason: `two columns of the input are for ${target}`,
        hint: `leave one of them out, by its name, or by its number where both have one name: --map ${place + 1}=`,
      });
    }
    return (taken.add(target), target);
  }
}

function unknownColumns(unknown: readonly string[]): SessionsError {
  const [first = ""] = unknown;
  return new SessionsError("USAGE", {
    reason: `the file has no column for ${unknown.join(", ")}`,
    hint: `say which it is with --map '${first}=<column>', leave it out with --map '${first}=', or make a new file with --create --add-columns`,
  });
}
