/**
 * A quoted field that text follows, as Python's csv module reads it: quotes are removed once, the rest is text.
 * @param raw all after the opening quote
 */
export function brokenFieldText(raw: string): string {
  let text = "";
  let at = 0;
  while (at < raw.length) {
    const quote = raw.indexOf('"', at);
    if (quote === -1) return text + raw.slice(at);
    text += raw.slice(at, quote);
    if (raw[quote + 1] !== '"') return text + raw.slice(quote + 1);
    text += '"';
    at = quote + 2;
  }
  return text;
}
