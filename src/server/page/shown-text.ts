import { count } from "../../cli/render/numbers.js";
import { visibleText } from "../../cli/render/visible.js";
import { jsonDepth, layOutJson, mapJson, type JsonMapping } from "../../session/json.js";

/** Characters of a value that a cell shows. */
const CELL_LENGTH = 80;
/** Characters of a value that a heading or a sentence shows. */
const SENTENCE_LENGTH = 200;
/** Characters of a value that the details of a session show. */
const DETAIL_LENGTH = 20_000;
/** Longer or deeper JSON is shown as it is written: laying it out would take its length times its depth. */
const LAID_OUT_LENGTH = 200_000;
const LAID_OUT_DEPTH = 50;

/** Text from the file for a cell: in one line, all of it visible, and bounded. */
export function cellText(text: string): string {
  return cut(text, CELL_LENGTH);
}

/** The same for a heading or a sentence. */
export function sentenceText(text: string): string {
  return cut(text, SENTENCE_LENGTH);
}

/** A text whole as far as it can be read, with what is left out counted. */
export function detailText(text: string): string {
  return bounded(text, (shown) => visibleText(shown));
}

/**
 * JSON laid out over lines, with all digits of its numbers, and letters in the place of their escapes; bounded as `detailText`.
 * @param json valid
 */
export function detailJson(json: string): string {
  const isPlain = json.length > LAID_OUT_LENGTH || jsonDepth(json) > LAID_OUT_DEPTH;
  const lines = isPlain ? json : layOutJson(mapJson(json, READABLE)).join("\n");
  return bounded(lines, (shown) => shown.split("\n").map(visibleText).join("\n"));
}

/** Strings with no other escapes than JSON needs. */
const READABLE: JsonMapping = {
  name: (name) => name,
  leaf: (source) => (source.startsWith('"') ? JSON.stringify(JSON.parse(source)) : source),
};

function cut(text: string, length: number): string {
  return text.length <= length ? visibleText(text) : `${visibleText(start(text, length))}…`;
}

function bounded(text: string, show: (text: string) => string): string {
  if (text.length <= DETAIL_LENGTH) return show(text);
  const rest = count(text.length - DETAIL_LENGTH, "more character");
  return `${show(start(text, DETAIL_LENGTH))}\n… and ${rest}; \`sessions show <session id>\` prints all`;
}

/** The first characters, and no half of one. */
function start(text: string, length: number): string {
  return text.slice(0, /[\ud800-\udbff]/.test(text.charAt(length - 1)) ? length - 1 : length);
}
