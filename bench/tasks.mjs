/** What every tool is asked to do, and the fixed circumstances: the same for all tools, sizes and machines. */

/** The clock of every run; demo files are made relative to it. */
export const NOW = "2025-12-31T00:00:00Z";
/** Sessions last used at this time or before are expired (60 minutes). Timestamps in the file's form order as text. */
export const EXPIRED_UNTIL = "2025-12-30T23:00:00";
/** Sessions last used at this time or before are idle for 180 days: about half of a demo file. */
export const PRUNE_DAYS = 180;
export const PRUNED_UNTIL = "2025-07-04T00:00:00";
export const USER = "telegram_12345";

/**
 * Tasks with an answer, in the order of the report. `answer` says how it is compared: `number` and `groups` by value,
 * `sessions` session by session with the file itself, `none` not at all.
 */
export const TASKS = {
  count: { title: "count: number of sessions", answer: "number" },
  stats: { title: "stats: sessions and expired sessions per platform", answer: "groups" },
  find: { title: `find: the sessions of ${USER}`, answer: "sessions" },
  prune: { title: `prune: delete what is idle for ${PRUNE_DAYS} days, about half`, answer: "sessions" },
  json: { title: "list as JSON", answer: "sessions" },
  tsv: { title: "list as TSV", answer: "sessions" },
  validate: { title: "validate: every record, with both JSON columns", answer: "none" },
  export: { title: "export as JSON, with the JSON columns parsed, to a file", answer: "sessions" },
  import: { title: "import into a new file, or convert", answer: "sessions" },
  backup: { title: "backup: a checked copy on the disk", answer: "none" },
};

/** Tasks without a file; only the time counts. */
export const START_TASKS = { help: "--help", version: "--version" };
