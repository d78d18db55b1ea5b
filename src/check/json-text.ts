/** A JSON value found at the start of a text, as strict JSON where it was written with slips. */
export interface JsonText {
  /** Offset of one past the value in the text that was read. */
  readonly end: number;
  /** The value in RFC 8259's form; the source itself where that already is. */
  readonly json: string;
  /** Forms that are no JSON and mean the same: Python's, or a comma before a closing brace, or control characters. */
  readonly isPython: boolean;
  readonly isSloppy: boolean;
  /** NaN or Infinity is in it; such numbers stay. */
  readonly isNotStandard: boolean;
}

const MAX_DEPTH = 1000;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORD = /[A-Za-z]+|-Infinity/y;
const WORDS = new Set(["true", "false", "null"]);
const OTHER_WORDS: ReadonlyMap<string, string> = new Map([
  ["True", "true"],
  ["False", "false"],
  ["None", "null"],
  ["TRUE", "true"],
  ["FALSE", "false"],
  ["NULL", "null"],
  ["undefined", "null"],
]);
/** White space of JSON; comments, no-break spaces and byte order marks, which are none. */
const SPACE = /[ \t\r\n]*/y;
const ODD_SPACE = /\/\*[^*]*\*+(?:[^/*][^*]*\*+)*\/|\/\/[^\r\n]*|\u00c2\u00a0|\u00ef\u00bb\u00bf|\0+/y;
/** What Python 2 puts before strings. */
const STRING_PREFIX = /[ub](?=["'])/y;
const NUMBER_WORDS = new Set(["NaN", "Infinity", "-Infinity"]);
const PLAIN_CHARACTERS = /[^"'\\\u0000-\u001f]*/y;

/**
 * Reads the JSON object that starts at `at`, forgiving what leaves no doubt about the value: Python's literals and single
 * quotes, a comma before a closing bracket, line breaks and tabs inside of strings. Numbers and strings keep their text.
 *
 * @returns undefined where there is no such object, or it does not end
 */
export function readJsonObject(text: string, at: number): JsonText | undefined {
  return text[at] === "{" ? new JsonReader(text, at).read() : undefined;
}

class Fault extends Error {}
/** Made once: a fault is common here, and making an Error is not cheap. */
const FAULT = new Fault();

class JsonReader {
  readonly #text: string;
  readonly #start: number;
  #at: number;
  /** What is to stand instead of parts of the source, in no order. */
  readonly #edits: { readonly start: number; readonly end: number; readonly text: string }[] = [];
  #isPython = false;
  #isSloppy = false;
  #isNotStandard = false;

  constructor(text: string, at: number) {
    this.#text = text;
    this.#start = this.#at = at;
  }

  read(): JsonText | undefined {
    try {
      this.#value(0);
    } catch (error) {
      if (error instanceof Fault) return undefined;
      throw error;
    }
    const end = this.#at;
    const json = this.#edited(end);
    const { isPython, isSloppy, isNotStandard } = {
      isPython: this.#isPython,
      isSloppy: this.#isSloppy,
      isNotStandard: this.#isNotStandard,
    };
    return { end, json, isPython, isSloppy, isNotStandard };
  }

  #edited(end: number): string {
    let text = "";
    let at = this.#start;
    for (const edit of this.#edits.sort((left, right) => left.start - right.start)) {
      text += this.#text.slice(at, edit.start) + edit.text;
      at = edit.end;
    }
    return text + this.#text.slice(at, end);
  }

  #replace(start: number, end: number, text: string): void {
    this.#edits.push({ start, end, text });
  }

  #value(depth: number): void {
    if (depth > MAX_DEPTH) throw FAULT;
    const character = this.#text[this.#at];
    if (character === "{" || character === "[") this.#container(character, depth);
    else if (this.#string() === undefined) this.#scalar();
  }

  #container(opening: "{" | "[", depth: number): void {
    const closing = opening === "{" ? "}" : "]";
    this.#at += 1;
    this.#space();
    while (this.#text[this.#at] !== closing) {
      if (opening === "{") {
        const editCount = this.#edits.length;
        if (this.#string() === undefined) throw FAULT;
        // A break in a value may be meant; in a name it shows that the text was cut up.
        if (this.#edits.slice(editCount).some(({ text }) => /^\\[nrt]$/.test(text))) throw FAULT;
        this.#space();
        this.#expect(":");
        this.#space();
      }
      this.#value(depth + 1);
      this.#space();
      if (this.#text[this.#at] === closing) break;
      const comma = this.#at;
      this.#expect(",");
      this.#space();
      this.#needlessCommas(comma, closing);
    }
    this.#at += 1;
  }

  /** Commas behind another one, and all of them where no member follows. */
  #needlessCommas(comma: number, closing: string): void {
    while (this.#text[this.#at] === ",") {
      this.#dropComma(this.#at);
      this.#at += 1;
      this.#space();
    }
    if (this.#text[this.#at] === closing) this.#dropComma(comma);
  }

  #dropComma(at: number): void {
    this.#isSloppy = true;
    this.#replace(at, at + 1, "");
  }

  /** @returns undefined where no string starts */
  #string(): true | undefined {
    STRING_PREFIX.lastIndex = this.#at;
    const prefix = STRING_PREFIX.exec(this.#text)?.[0] ?? "";
    const quote = this.#text[this.#at + prefix.length];
    if (quote !== '"' && quote !== "'") return undefined;
    if (prefix !== "") {
      this.#isPython = true;
      this.#replace(this.#at, this.#at + prefix.length, "");
      this.#at += prefix.length;
    }
    this.#quoted(quote);
    return true;
  }

  #quoted(quote: '"' | "'"): void {
    const start = this.#at;
    if (quote === "'") {
      this.#isPython = true;
      this.#replace(start, start + 1, '"');
    }
    this.#at += 1;
    while (true) {
      PLAIN_CHARACTERS.lastIndex = this.#at;
      this.#at += PLAIN_CHARACTERS.exec(this.#text)?.[0].length ?? 0;
      const character = this.#text[this.#at];
      if (character === undefined) throw FAULT;
      if (character === quote) break;
      if (character === "\\") this.#escape();
      else this.#oddCharacter(character);
    }
    if (quote === "'") this.#replace(this.#at, this.#at + 1, '"');
    this.#at += 1;
  }

  #escape(): void {
    const escaped = this.#text[this.#at + 1] ?? "";
    const length = escaped === "u" ? 6 : escaped === "x" ? 4 : 2;
    const digits = this.#text.slice(this.#at + 2, this.#at + length);
    if (escaped === "x" && /^[0-9a-fA-F]{2}$/.test(digits)) {
      this.#isPython = true;
      this.#replace(this.#at, this.#at + length, `\\u00${digits}`);
    } else if (escaped === "'") {
      this.#isPython = true;
      this.#replace(this.#at, this.#at + length, "'");
    } else if (escaped === "u" ? !/^[0-9a-fA-F]{4}$/.test(digits) : !/^["\\/bfnrt]$/.test(escaped)) {
      throw FAULT;
    }
    this.#at += length;
  }

  /** The other kind of quote, or a control character. */
  #oddCharacter(character: string): void {
    if (character === '"') this.#replace(this.#at, this.#at + 1, '\\"');
    else if (character !== "'") {
      const escaped = { "\n": "\\n", "\r": "\\r", "\t": "\\t" }[character];
      if (escaped === undefined) throw FAULT;
      this.#isSloppy = true;
      this.#replace(this.#at, this.#at + 1, escaped);
    }
    this.#at += 1;
  }

  #scalar(): void {
    NUMBER.lastIndex = WORD.lastIndex = this.#at;
    const number = NUMBER.exec(this.#text)?.[0];
    if (number !== undefined) {
      this.#at += number.length;
      return;
    }
    const word = WORD.exec(this.#text)?.[0] ?? "";
    const meant = OTHER_WORDS.get(word);
    if (NUMBER_WORDS.has(word)) this.#isNotStandard = true;
    else if (meant !== undefined) {
      this.#isPython = true;
      this.#replace(this.#at, this.#at + word.length, meant);
    } else if (!WORDS.has(word)) throw FAULT;
    this.#at += word.length;
  }

  #expect(character: string): void {
    if (this.#text[this.#at] !== character) throw FAULT;
    this.#at += 1;
  }

  #space(): void {
    while (true) {
      SPACE.lastIndex = ODD_SPACE.lastIndex = this.#at;
      const space = SPACE.exec(this.#text)?.[0].length ?? 0;
      this.#at = ODD_SPACE.lastIndex = this.#at + space;
      const odd = ODD_SPACE.exec(this.#text)?.[0];
      if (odd === undefined) return;
      this.#isSloppy = true;
      this.#replace(this.#at, this.#at + odd.length, "");
      this.#at += odd.length;
    }
  }
}
