import { SessionsError } from "../errors.js";

/**
 * Tells of a change that is made.
 * @param what is made: "the file is restored"
 * @throws SessionsError IO_FAILED that says so where the report cannot be written
 */
export async function reportDone(what: string, report: () => Promise<unknown>): Promise<void> {
  try {
    await report();
  } catch (error) {
    if (!(error instanceof SessionsError)) throw error;
    const reason = `${what}; only the report of it could not be written`;
    throw new SessionsError("IO_FAILED", { operation: "write to", path: "standard output", reason, cause: error });
  }
}
