import type { Severity } from "./diagnostic.js";

/** What is known of a kind of damage; `explain` and docs/DIAGNOSTICS.md are made of it. The code is the file's name. */
export interface RuleText {
  readonly severity: Severity;
  /** What is wrong, in a few words. */
  readonly title: string;
  /** When it is reported: sentences. */
  readonly trigger: string;
  /** What `repair` does about it, and why: sentences. */
  readonly repair: string;
}
