import { diffVersions, type DiffRequest, type DiffSummary, type SessionDifference } from "../../src/copies/diff.js";
import { memorySource } from "../../src/store/csv-source.js";
import { RETENTION } from "../session/records.js";

/** All that is said about the differences of two texts, in short: `+a`, `-b`, `~c metadata.x: 1 → 2`. */
export function diffOf(
  from: string | Buffer,
  to: string | Buffer,
  request: Partial<DiffRequest> = {},
): { readonly lines: readonly string[]; readonly summary: DiffSummary } {
  const version = (name: string, text: string | Buffer) => ({ name, source: memorySource(Buffer.from(text)) });
  const differences = diffVersions(
    { from: version("from.csv", from), to: version("to.csv", to) },
    { selection: [], retention: RETENTION, ...request },
  );
  const lines: string[] = [];
  for (;;) {
    const step = differences.next();
    if (step.done === true) return { lines, summary: step.value };
    lines.push(...linesOf(step.value));
  }
}

function linesOf(difference: SessionDifference): readonly string[] {
  if (difference.type !== "changed") {
    return [`${difference.type === "added" ? "+" : "-"}${difference.session.sessionId}`];
  }
  const { after, changes } = difference;
  return changes.map(({ field, path, before, after: now }) => {
    const text = (value: typeof now): string => ("text" in value ? value.text : value.type);
    return `~${after.sessionId} ${[field, ...path].join(".")}: ${text(before)} → ${text(now)}`;
  });
}
