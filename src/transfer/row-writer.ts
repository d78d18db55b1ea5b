import type { FieldValue } from "../session/field-value.js";

/** Makes an answer into text piece by piece: `begin` once, `row` for each session, `end` once. */
export interface RowWriter {
  /** What stands before the first row; may be empty. */
  begin(): string;
  /** One row. `values` are in the order of the fields; one that is missing counts as none. */
  row(values: readonly FieldValue[]): string;
  /** What stands after the last row; may be empty. With no rows at all the whole is still valid. */
  end(): string;
}
