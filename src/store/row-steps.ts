import { SessionsError } from "../errors.js";
import { RowProgram, type RowStep } from "../kernel/row-program.js";
import type { Columns } from "../session/columns.js";
import type { RowLayout, RowPart } from "./store.js";

/** Slots of timestamps, as `SessionReader` uses them. */
const SLOTS = { last_activity: 0, created_at: 1 } as const;

/**
 * A layout as the kernel's program for records with these columns.
 * @throws SessionsError STORE_CHANGED where a column is not there
 */
export function rowProgram({ parts, separator }: Pick<RowLayout, "parts" | "separator">, columns: Columns): RowProgram {
  return new RowProgram(
    parts.map((part) => stepFor(part, columns)),
    separator,
  );
}

function stepFor(part: RowPart, columns: Columns): RowStep {
  switch (part.type) {
    case "literal":
    case "state":
      return part;
    case "text": {
      const column = columns.places.get(part.column);
      if (column === undefined)
        throw new SessionsError("STORE_CHANGED", { reason: `it has no column ${part.column} any more` });
      return { type: "text", column, isInJsonString: part.isInJsonString };
    }
    case "time":
      return { type: "time", column: columns.at[part.column], slot: SLOTS[part.column] };
    case "json":
      return { type: "json", column: columns.at[part.column], empty: part.empty };
  }
}
