import { SessionsError } from "../errors.js";
import type { CliContext } from "./context.js";

/**
 * For commands that ask before they write.
 * @param act what the command does after asking: "deletes"
 * @throws SessionsError USAGE where there is no terminal to ask on
 */
export function requireTerminal(context: CliContext, command: string, act: string, hint: string): void {
  if (context.stdin.isTerminal && context.stderr.isTerminal) return;
  throw new SessionsError("USAGE", {
    reason: `${command} asks before it ${act}, and there is no terminal to ask on`,
    hint,
  });
}

/** @throws SessionsError CANCELLED unless the answer is yes */
export async function requireYes(context: CliContext, question: string): Promise<void> {
  const answer = (await context.prompt(`${question} [y/N] `))?.trim().toLowerCase();
  if (!isYes(answer)) throw new SessionsError("CANCELLED", { reason: "nothing was changed" });
}

export function isYes(answer: string | undefined): boolean {
  return answer === "y" || answer === "yes";
}
