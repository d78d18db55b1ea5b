/** Text in quotes of a shell: '…', $'…' with escapes, or single characters behind backslashes. */
const SHELL_START = /^(?:'')?(?:\$?')["']?session_?id\b/i;
const SHELL_PIECE = /\$'((?:[^'\\]|\\[^])*)'|'([^']*)'|\\([^])|([^\s'"\\$`])|\s+$/y;
const SHELL_ESCAPE = /\\(?:([0-7]{1,3})|x([0-9a-fA-F]{1,2})|([^]))/g;
const ESCAPED: Readonly<Record<string, string>> = {
  n: "\n",
  r: "\r",
  t: "\t",
  a: "\u0007",
  b: "\b",
  e: "\u001b",
  E: "\u001b",
  f: "\f",
  v: "\v",
};

export function isShellQuoted(start: string): boolean {
  return SHELL_START.test(start);
}

/** @returns undefined where all of the text is not one word of a shell */
export function withoutShellQuotes(bytes: Buffer): Buffer | undefined {
  const text = bytes.toString("latin1");
  const pieces: string[] = [];
  for (let at = 0; at < text.length;) {
    SHELL_PIECE.lastIndex = at;
    const found = SHELL_PIECE.exec(text);
    if (found === null) return undefined;
    const [whole, escaped, quoted, single, plain] = found;
    pieces.push(escaped?.replaceAll(SHELL_ESCAPE, unescaped) ?? quoted ?? single ?? plain ?? "");
    at += whole.length;
  }
  return Buffer.from(pieces.join(""), "latin1");
}

function unescaped(_escape: string, octal?: string, hex?: string, character = ""): string {
  if (octal !== undefined) return String.fromCharCode(parseInt(octal, 8) & 0xff);
  if (hex !== undefined) return String.fromCharCode(parseInt(hex, 16));
  return ESCAPED[character] ?? character;
}
