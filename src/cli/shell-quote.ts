// eslint-disable-next-line no-control-regex -- they are what is looked for
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/;

/**
 * The text as one word of a POSIX shell, for commands that a person is told to type; a name with characters that a terminal
 * or a log would obey in the form `$'…'` of bash and zsh, where they are visible.
 */
export function shellQuote(text: string): string {
  if (UNPRINTABLE.test(text)) return `$'${Array.from(text, escaped).join("")}'`;
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

function escaped(character: string): string {
  if (character === "'" || character === "\\") return `\\${character}`;
  return UNPRINTABLE.test(character) ? `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}` : character;
}
