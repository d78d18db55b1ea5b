import type { FieldValue } from "../../session/field-value.js";
import type { RowWriter } from "../../transfer/row-writer.js";
import { timeText } from "../../transfer/value-text.js";
import { escapeJsonControls } from "./visible.js";

const NEEDS_NO_ESCAPE = /^[ !#-[\]-~]*$/;

/** A JSON array with one object a line; `[]` when there are no rows. For the values see `createJsonLinesWriter`. */
export function createJsonWriter(fieldNames: readonly string[]): RowWriter {
  const renderObject = createObjectRenderer(fieldNames);
  let isFirst = true;
  return {
    begin: () => "[",
    row: (values) => {
      const separator = isFirst ? "\n  " : ",\n  ";
      isFirst = false;
      return separator + renderObject(values);
    },
    end: () => (isFirst ? "]\n" : "\n]\n"),
  };
}

/**
 * One JSON object a line. Keys are the field names; JSON of the file is passed on with all its digits and keys in their
 * order; times are strings, durations numbers, none is null. Characters that act on a terminal stand as `\uXXXX`.
 */
export function createJsonLinesWriter(fieldNames: readonly string[]): RowWriter {
  const renderObject = createObjectRenderer(fieldNames);
  return { begin: () => "", row: (values) => renderObject(values) + "\n", end: () => "" };
}

function createObjectRenderer(fieldNames: readonly string[]): (values: readonly FieldValue[]) => string {
  const beforeValue = fieldNames.map((name, i) => `${i === 0 ? "" : ","}${JSON.stringify(name)}:`);
  return (values) => {
    let object = "{";
    for (let i = 0; i < beforeValue.length; i++) {
      object += beforeValue[i] ?? "";
      object += jsonValue(values[i]);
    }
    return escapeJsonControls(object + "}");
  };
}

function jsonValue(value: FieldValue | undefined): string {
  switch (value?.type) {
    case undefined:
    case "none":
      return "null";
    case "text":
      return jsonString(value.text);
    case "time":
      return jsonString(timeText(value));
    case "json":
      return value.text;
    case "duration":
      return JSON.stringify(value.seconds);
    case "boolean":
      return value.value ? "true" : "false";
  }
}

/** Nearly all text needs no escape, and seeing so is twice as fast as JSON.stringify. */
function jsonString(text: string): string {
  return NEEDS_NO_ESCAPE.test(text) ? `"${text}"` : JSON.stringify(text);
}
