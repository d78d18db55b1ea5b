// What several processes did to the sessions of one file, as data: who began and ended what, when, and what was seen meanwhile.

/** What the processes set of a session: every value that is set is another one. */
export interface Value {
  /** The member `v` of the metadata. */
  readonly version: string;
  /** The member `tag` of the pending approval; empty where none is pending. */
  readonly approval: string;
}

/** A session at one moment; undefined where it is not in the file. */
export type State = Value | undefined;

/** One operation on one session. Times are microseconds of the machine's monotonic clock. */
export interface Step {
  readonly sessionId: string;
  /** For people: who did what. */
  readonly what: string;
  /** Before it could have an effect. */
  readonly begin: number;
  /** After it had its effect; of an uncertain step, when it could not have one any more. */
  readonly end: number;
  /** Its process was killed before it said whether it was made. */
  readonly isUncertain: boolean;
  /** The session after it; "impossible" where the session cannot have been in that state when it was made. */
  readonly apply: (before: State) => State | "impossible";
}

export function sameState(left: State, right: State): boolean {
  return left?.version === right?.version && left?.approval === right?.approval;
}

export function stateText(state: State): string {
  return state === undefined ? "absent" : `${state.version}/${state.approval || "-"}`;
}

/** Microseconds of the clock that all processes of a machine share. */
export function monotonicTime(): number {
  return Number(process.hrtime.bigint() / 1000n);
}
