/** A string as Python's `json.dumps` writes it: ASCII. */
export function dumpsString(text: string): string {
  return escapeBeyondAscii(JSON.stringify(text));
}

/** Python's json writes U+007F as an escape too. */
export function escapeBeyondAscii(json: string): string {
  return json.replaceAll(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
