import { SessionsError } from "../errors.js";

/** A name in double quotes. @throws SessionsError VALUE_REFUSED for a name that PostgreSQL cannot have */
export function sqlName(name: string): string {
  if (name === "" || name.includes("\0") || Buffer.byteLength(name) > LONGEST_NAME_BYTES) {
    throw refused(`PostgreSQL can have no name such as ${JSON.stringify(name)}: it takes 1 to 63 bytes without NUL`);
  }
  return `"${name.replaceAll('"', '""')}"`;
}

/** A string in single quotes, for `standard_conforming_strings = on`, where a backslash is itself. */
export function sqlString(text: string, where: string): string {
  if (text.includes("\0")) throw refused(`${where} holds a NUL character, which PostgreSQL's text cannot hold`);
  return `'${text.replaceAll("'", "''")}'`;
}

/** Valid JSON that jsonb takes. */
export function requireJsonb(json: string, where: string): void {
  if (!/\\u(?:0000|d[89a-f])/i.test(json)) return;
  let highBefore = false;
  let highEnd = -1;
  for (const match of json.matchAll(/\\(?:u([0-9a-f]{4})|[^u])/gi)) {
    const unit = match[1] === undefined ? -1 : parseInt(match[1], 16);
    const isPaired = highBefore && highEnd === match.index && unit >= 0xdc00 && unit <= 0xdfff;
    if (highBefore && !isPaired) throw loneSurrogate(where);
    highBefore = unit >= 0xd800 && unit <= 0xdbff;
    highEnd = match.index + match[0].length;
    if (unit === 0) throw refused(`${where} holds \\u0000, which PostgreSQL's jsonb cannot hold`);
    if (unit >= 0xdc00 && unit <= 0xdfff && !isPaired) throw loneSurrogate(where);
  }
  if (highBefore) throw loneSurrogate(where);
}

const LONGEST_NAME_BYTES = 63;

function loneSurrogate(where: string): SessionsError {
  return refused(`${where} holds half of a pair of surrogates (\\ud800 to \\udfff), which jsonb cannot hold`);
}

function refused(reason: string): SessionsError {
  return new SessionsError("VALUE_REFUSED", {
    reason,
    hint: "leave it out with --where or --fields, or export as json",
  });
}
