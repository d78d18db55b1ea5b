import type { DiagnosticCode } from "./diagnostic.js";

/** ‘ ’ “ ” and their like, as the bytes of their UTF-8. */
const CURLY = "\u00e2\u0080[\u0098-\u009f]";
const EDGES = {
  curly: { pattern: new RegExp(`^\\s*(?:${CURLY})+|(?:${CURLY})+\\s*$`, "g"), code: "smart-quotes" },
  straight: { pattern: /^\s*"+|(?<!")"+\s*$/g, code: "stray-quote" },
  apostrophe: { pattern: /^\s*'(?=.*'\s*$)|'\s*$/g, code: "stray-quote" },
} as const;

/**
 * A value without the quotes that are left over at its edges; undefined where there are none.
 * @param kinds of quotes that are looked for, as often as there are any
 */
export function withoutEdgeQuotes(
  value: string,
  kinds: readonly (keyof typeof EDGES)[],
): { text: string; code: DiagnosticCode } | undefined {
  let text = value;
  let code: DiagnosticCode | undefined;
  for (let before: string | undefined; before !== text;) {
    before = text;
    const edge = kinds.map((kind) => EDGES[kind]).find(({ pattern }) => text.replaceAll(pattern, "") !== text);
    if (edge === undefined) break;
    text = text.replaceAll(edge.pattern, "");
    code ??= edge.code;
  }
  return code === undefined ? undefined : { text, code };
}
