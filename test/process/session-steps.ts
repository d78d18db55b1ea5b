// What is done with a session, in order, and how far it has come by what the file says of it.
import { readFileSync } from "node:fs";
import { parse } from "csv-parse/sync";
import type { ManagedSession } from "../../src/manager/managed-session.js";
import type { SessionManager } from "../../src/manager/session-manager.js";

type Step = (manager: SessionManager, userId: string, sessionId: string) => Promise<ManagedSession | undefined>;

export const STEPS: readonly Step[] = [
  (manager, userId) => manager.getOrCreateSession({ userId, platform: "api", metadata: { n: 0 } }),
  (manager, _, id) => manager.updateSessionMetadata(id, { n: 1 }),
  (manager, _, id) => manager.setPendingApproval(id, { tool_name: "apply_edit", text: 'a "b",\nc' }),
  (manager, _, id) => manager.updateSessionMetadata(id, { n: 2, text: "x".repeat(100) }),
  (manager, _, id) => manager.clearPendingApproval(id),
  async (manager, _, id) => {
    await manager.deleteSession(id);
    return undefined;
  },
];

const DELETED = STEPS.length - 1;

/** Two of three sessions are deleted in the end. */
export function LAST_STEP(userId: string): number {
  return Number(userId.slice(userId.lastIndexOf("-") + 1)) % 3 === 0 ? DELETED - 1 : DELETED;
}

/** The step that each user's session in a file has come to. @throws where the file is no CSV of ours, or a user has two */
function stepsIn(file: string): Map<string, number> {
  const records = parse<Record<string, string>>(readFileSync(file), { columns: true, bom: true });
  const steps = new Map<string, number>();
  for (const { user_id: user = "", pending_approval: pending = "", metadata = "" } of records) {
    if (steps.has(user)) throw new Error(`${user} has two sessions`);
    const { n } = JSON.parse(metadata) as { n: number };
    if (pending !== "" && (JSON.parse(pending) as { text: string }).text !== 'a "b",\nc') throw new Error(pending);
    steps.set(user, n === 0 ? 0 : n === 1 ? (pending === "" ? 1 : 2) : pending === "" ? 4 : 3);
  }
  return steps;
}

/**
 * What was acknowledged, kept outside of the processes that are killed. After a kill a session stands at its last acknowledged step,
 * or at the one that was under way; from then on it does not move.
 */
export class Acknowledged {
  readonly #steps = new Map<string, number>();
  acknowledged = 0;

  /** @param line as the server prints it */
  add(line: string): void {
    const [user = "", step] = line.split(" ");
    if (step === undefined) return;
    this.#steps.set(user, Number(step));
    this.acknowledged += 1;
  }

  /** What a file has lost or made up. */
  violations(file: string): string[] {
    const found = stepsIn(file);
    const violations: string[] = [];
    for (const [user, step] of this.#steps) {
      const now = found.get(user) ?? DELETED;
      if (now === step || now === step + 1) this.#steps.set(user, now);
      else violations.push(`${user}: acknowledged ${step}, found ${now}`);
    }
    for (const [user, step] of found) {
      if (this.#steps.has(user)) continue;
      // Its first step was under way.
      if (step === 0) this.#steps.set(user, step);
      else violations.push(`${user}: nothing acknowledged, found ${step}`);
    }
    return violations;
  }
}
