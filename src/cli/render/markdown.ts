import type { FieldValue } from "../../session/field-value.js";
import type { RowWriter } from "../../transfer/row-writer.js";
import { valueText } from "../../transfer/value-text.js";
import { escapeJsonControls, visibleText } from "./visible.js";

/**
 * What would end a cell, or make text into markup: HTML, emphasis, code, links and images. An underscore inside a word
 * does nothing in GitHub's dialect and stays readable.
 */
const MARKUP = /[\\|`*[~]|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu;

/** A table in GitHub's Markdown (GFM §4.10). The text shows as it stands in the file, hostile characters as escapes. */
export function createMarkdownWriter(fieldNames: readonly string[]): RowWriter {
  return {
    begin: () => tableLine(fieldNames.map(escapeMarkup)) + tableLine(fieldNames.map(() => "---")),
    row: (values) => tableLine(fieldNames.map((_name, i) => escapeMarkup(cellText(values[i])))),
    end: () => "",
  };
}

function tableLine(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |\n`;
}

function cellText(value: FieldValue | undefined): string {
  const text = valueText(value);
  return value?.type === "json" ? escapeJsonControls(text) : text;
}

function escapeMarkup(text: string): string {
  return visibleText(text)
    .replace(MARKUP, "\\$&")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;");
}
