import { REPEATED } from "./ledger.js";

/** Names that are all different: of columns with one name, or without a name, each gets a mark and its number. */
export function uniqueNames(names: readonly string[]): string[] {
  const seen = new Map<string, number>();
  return names.map((name) => {
    const count = seen.get(name) ?? 0;
    seen.set(name, count + 1);
    return count === 0 && name !== "" ? name : `${name}${REPEATED}${count}`;
  });
}

/** The name as the header has it. */
export function bareName(name: string): string {
  return name.split(REPEATED, 1)[0] ?? "";
}

/** Names as a person lists them: "a", "a and b", "a, b and c". */
export function namesInWords(names: readonly string[]): string {
  const last = names.at(-1) ?? "";
  return names.length < 2 ? last : `${names.slice(0, -1).join(", ")} and ${last}`;
}
