/** The fields of a well-formed record that ends where the text ends; undefined where quoting is broken. */
export function cellsOf(text: string, delimiter: string): string[] | undefined {
  const cells: string[] = [];
  for (let at = 0; ;) {
    let end: number;
    if (text[at] === '"') {
      const quoted = quotedAt(text, at, delimiter);
      if (quoted === undefined) return undefined;
      cells.push(quoted.text);
      end = quoted.end;
    } else {
      const next = text.indexOf(delimiter, at);
      end = next === -1 ? text.length : next;
      const cell = text.slice(at, end);
      if (cell.includes("\n")) return undefined;
      cells.push(cell);
    }
    if (end >= text.length) return cells;
    at = end + 1;
  }
}

/** The quoted field at an offset, where the next one or the end follows it. */
export function quotedAt(text: string, at: number, delimiter: string): { text: string; end: number } | undefined {
  let quote = text.indexOf('"', at + 1);
  while (quote !== -1 && text[quote + 1] === '"') quote = text.indexOf('"', quote + 2);
  if (quote === -1) return undefined;
  const end = quote + 1;
  if (end < text.length && !text.startsWith(delimiter, end)) return undefined;
  return { text: text.slice(at + 1, quote).replaceAll('""', '"'), end };
}

/** Where the field at an offset ends, as RFC 4180 has it; undefined where its quotes are broken. */
export function cellEnd(text: string, at: number, delimiter: string): number | undefined {
  if (text[at] === '"') return quotedAt(text, at, delimiter)?.end;
  const next = text.indexOf(delimiter, at);
  const end = next === -1 ? text.length : next;
  return text.slice(at, end).includes('"') ? undefined : end;
}

/** The text ends within a quoted field, as RFC 4180 has it. */
export function endsInQuotes(text: string, delimiter: string): boolean {
  for (let at = 0; at < text.length;) {
    if (text[at] === '"') {
      let quote = text.indexOf('"', at + 1);
      while (quote !== -1 && text[quote + 1] === '"') quote = text.indexOf('"', quote + 2);
      if (quote === -1) return true;
      if (!text.startsWith(delimiter, quote + 1)) return false;
      at = quote + 2;
    } else {
      const next = text.indexOf(delimiter, at);
      if (next === -1) return false;
      at = next + 1;
    }
  }
  return false;
}
