import type { Columns } from "../session/columns.js";
import { mapJson } from "../session/json.js";
import { isNothingPending, Session } from "../session/session.js";
import { Pseudonyms } from "./pseudonyms.js";

/*
 * What stays readable, and nothing else does: column names; times with a date and a time of day; true, false and null;
 * numbers of up to five digits, unless their key says that they are personal; words under a few harmless keys; keys that
 * are names of things; and the platform, also before the id of its user.
 */

/** Keys and columns whose value says nothing of a person, where it is a plain word. */
const HARMLESS_KEY =
  /^(?:source|platform|language|lang|language_code|locale|type|tool_name|role|status|state|version|model|chat_type|mime_type)$/i;
/** A word such as `web`, `pt-BR`, `gpt-4o` or `get_balance`: nothing with space, `@` or six digits. */
const PLAIN_WORD = /^(?!(?:.*\d){6})[a-z][a-z\d_.+/-]{0,39}$/i;
/** Numbers under keys that hold one of these are ids, secrets, addresses, places or facts of a person, however short. */
const PERSONAL_PART =
  /user|chat|phone|mobile|pass|secret|token|code|number|cvv|cvc|birth|iban|ssn|account|card|postal|address|latitude|longitude|salary|income|weight|height/i;
/** The same for words that stand inside of harmless ones too, as `age` does in `page`. */
const PERSONAL_WORD = /(?:^|[_\W\d])(?:id|uid|tel|lat|lon|lng|zip|age|year|day|dob|pin|otp|ip)s?(?:$|[_\W\d])/i;
/** Where words are joined: `chatId`, `homeZip`. */
const JOINT = /([a-z\d])([A-Z])/g;
/** `2025-09-30T10:30:00` with or without a fraction and an offset; a date alone may be a birthday. */
const TIMESTAMP = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(?:[.,]\d{1,9})?(?:Z|[+-]\d{2}:?\d{2})?$/;
/** A key that is a name of a thing in a program, not a value that stands in its place. */
const PLAIN_KEY = /^(?!(?:.*\d){6})[a-z_][a-z\d_.-]{0,39}$/i;
const SHORT_NUMBER = /^-?(?:\D*\d){1,5}\D*$/;

/** Makes copies of sessions in which pseudonyms stand for whatever may say who somebody is or what they wrote. */
export class Redaction {
  readonly #pseudonyms: Pseudonyms;

  /** @param key see `Pseudonyms` */
  constructor(key: Uint8Array) {
    this.#pseudonyms = new Pseudonyms(key);
  }

  /** @param columns those of the file that the session was read from */
  session(session: Session, columns: Columns): Session {
    const texts = columns.names.map((name) => this.#columnText(name, session));
    const { createdAt, lastActivity, hasJsonApproval, hasJsonMetadata } = session;
    return new Session(columns, texts, { createdAt, lastActivity, hasJsonApproval, hasJsonMetadata });
  }

  #columnText(name: string, session: Session): string {
    const text = session.text(name) ?? "";
    switch (name) {
      case "created_at":
        return session.createdAt === undefined ? this.#pseudonyms.of(text) : text;
      case "last_activity":
        return session.lastActivity === undefined ? this.#pseudonyms.of(text) : text;
      case "pending_approval":
        if (isNothingPending(text)) return text;
        return session.hasJsonApproval ? this.#json(text, session.platform) : this.#pseudonyms.of(text);
      case "metadata":
        return session.hasJsonMetadata ? this.#json(text, session.platform) : this.#pseudonyms.of(text);
      default:
        return this.#text(text, name, session.platform);
    }
  }

  /** @param key the key or column that the text stands under */
  #text(text: string, key: string, platform: string): string {
    if (TIMESTAMP.test(text) || (HARMLESS_KEY.test(key) && PLAIN_WORD.test(text))) return text;
    const prefix = `${platform}_`;
    const keepsPrefix = PLAIN_WORD.test(platform) && text.length > prefix.length && text.startsWith(prefix);
    return keepsPrefix ? prefix + this.#pseudonyms.of(text.slice(prefix.length)) : this.#pseudonyms.of(text);
  }

  /** @param json valid JSON, or empty */
  #json(json: string, platform: string): string {
    return mapJson(json, {
      // A name may be data too: `{"12345": "in"}`.
      name: (name) => (name === "" || PLAIN_KEY.test(name) ? name : this.#pseudonyms.of(name)),
      leaf: (source, key) => {
        if (source.startsWith('"')) return JSON.stringify(this.#text(JSON.parse(source) as string, key, platform));
        return isShortNumber(source, key) ? source : `"${this.#pseudonyms.of(source)}"`;
      },
    });
  }
}

function isShortNumber(text: string, key: string): boolean {
  if (!SHORT_NUMBER.test(text) || PERSONAL_PART.test(key)) return false;
  return !PERSONAL_WORD.test(key.replaceAll(JOINT, "$1_$2"));
}
