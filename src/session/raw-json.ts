import { respaceJson } from "./json.js";

/**
 * JSON as text, for what JavaScript's values cannot say: `new RawJson("12345678901234567890")` keeps all its digits. It may
 * stand wherever a JSON value is taken.
 */
export class RawJson {
  /** With `", "` and `": "` between parts and `\uXXXX` beyond ASCII, as Python's `json.dumps` writes it. */
  readonly text: string;

  /** @throws SyntaxError where the text is no JSON */
  constructor(text: string) {
    JSON.parse(text);
    this.text = respaceJson(text);
  }
}
