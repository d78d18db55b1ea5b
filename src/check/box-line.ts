const FRAME = /^[\s|+:=-]+$/;

/** A line of a drawn table that only separates. */
export function isBoxLine(text: string): boolean {
  return FRAME.test(text) && (text.includes("---") || text.includes("==="));
}
