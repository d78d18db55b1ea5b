import { InvalidArgumentError } from "commander";
import type { Comparison } from "../../session/query.js";
import { timeInputOf, type TimeInput } from "./time.js";

/** A condition on a field as it was typed; the field's name is checked when the file's columns are known. */
export interface WhereInput {
  readonly field: string;
  readonly comparison: Comparison;
  readonly value: string;
  /** What the value means as a time, if it names one. */
  readonly time: TimeInput | undefined;
}

const CONDITION = /^\s*([^=!<>~]+?)\s*(!=|!~|<=|>=|=|<|>|~)\s*(.*?)\s*$/s;

/** For commander: `metadata.source=web`, one of `= != < <= > >= ~ !~`, collected over repetitions. */
export function parseWhere(text: string, previous: readonly WhereInput[] = []): readonly WhereInput[] {
  const [, field, comparison, value] = CONDITION.exec(text) ?? [];
  if (field === undefined || comparison === undefined || value === undefined) {
    throw new InvalidArgumentError(
      `"${text}" is no condition. Write <field><operator><value>, for example 'metadata.source=web'; ` +
        "the operators are = != < <= > >= ~ !~.",
    );
  }
  if (comparison === "~" || comparison === "!~") requireRegExp(value);
  return [...previous, { field, comparison: comparison as Comparison, value, time: timeInputOf(value) }];
}

function requireRegExp(pattern: string): void {
  try {
    new RegExp(pattern, "u");
  } catch (error) {
    const reason = (error as Error).message.replace(/^Invalid regular expression: .*: /s, "").toLowerCase();
    throw new InvalidArgumentError(`"${pattern}" is no regular expression: ${reason}.`);
  }
}
