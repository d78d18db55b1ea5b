import { shellQuote } from "./shell-quote.js";

/** Commands that look at the store and name no file themselves. */
const COMMAND =
  /\bsessions (?=(?:backups?|delete|fields|find|list|log|restore|stats|undo)\b|(?:init|validate)(?=$|[;,]))/g;

/**
 * What to type next, with `-s <store>` in each command where the store was named so: without it the command would look at another
 * file.
 */
export function withStoreNamed(hint: string, store: string | undefined): string {
  if (store === undefined || store === "-") return hint;
  return hint.replace(COMMAND, () => `sessions -s ${shellQuote(store)} `);
}
