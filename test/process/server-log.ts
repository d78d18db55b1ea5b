// The lines that model-server.ts prints, and the steps of a history that they mean.
import type { State, Step } from "./history.js";

export type ServerAction = "create" | "update" | "approve" | "clear" | "delete" | "touch";

/** Times in microseconds, monotonic. */
export type ServerLine =
  | { readonly kind: "ready"; readonly time: number }
  | {
      readonly kind: "begin";
      readonly time: number;
      readonly operation: string;
      readonly action: ServerAction;
      readonly sessionId: string;
    }
  | {
      readonly kind: "end";
      readonly time: number;
      readonly operation: string;
      /** OK, NOTHING where there was nothing to do, or the code of the error. */
      readonly answer: string;
      /** JSON of the approval that the answer holds. */
      readonly approval?: string;
    };

/** Made, though the disk did not confirm it. */
const MADE: ReadonlySet<string> = new Set(["OK", "DURABILITY_UNKNOWN"]);

/**
 * @param text what a server printed; a last line without an end was cut off by its death
 * @param diedAt when it was certainly dead
 */
export function stepsOfServer(
  text: string,
  diedAt: number,
): { steps: Step[]; acknowledged: number; refused: string[] } {
  const lines = text
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line) as ServerLine);
  const ends = new Map(lines.flatMap((line) => (line.kind === "end" ? [[line.operation, line] as const] : [])));
  const steps: Step[] = [];
  const refused: string[] = [];
  let acknowledged = 0;
  for (const line of lines) {
    if (line.kind !== "begin" || line.action === "touch") continue;
    const { operation, action, sessionId, time: begin } = line;
    const end = ends.get(operation);
    if (end !== undefined && !MADE.has(end.answer)) {
      if (end.answer !== "NOTHING") refused.push(end.answer);
      continue;
    }
    if (end !== undefined) acknowledged += 1;
    steps.push({
      sessionId,
      what: `${operation} ${action}${end === undefined ? " (killed)" : ""}`,
      begin,
      end: end?.time ?? diedAt,
      isUncertain: end === undefined,
      apply: (before) => after(before, operation, action, approvalTag(end?.approval)),
    });
  }
  return { steps, acknowledged, refused };
}

function after(
  before: State,
  operation: string,
  action: ServerAction,
  answered: string | undefined,
): State | "impossible" {
  if (action === "create") return before === undefined ? { version: operation, approval: "" } : "impossible";
  if (before === undefined) return "impossible";
  if (action === "delete") return undefined;
  const made =
    action === "update"
      ? { ...before, version: operation }
      : { ...before, approval: action === "approve" ? operation : "" };
  // An answer tells of the whole session.
  return answered === undefined || answered === made.approval ? made : "impossible";
}

/** The member of an approval as JSON; empty where nothing is pending, undefined where it is not known. */
function approvalTag(json: string | undefined): string | undefined {
  if (json === undefined || json === "") return json;
  return (JSON.parse(json) as { tag: string }).tag;
}
