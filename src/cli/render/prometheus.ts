import type { StoreStats } from "../../store/store.js";

/**
 * The counts in the Prometheus text exposition format 0.0.4, all gauges.
 * @param isRestSummed the sessions of the groups beyond the limit are counted together, in metrics of their own: any label
 * may be the name of a group. Else they are left out.
 */
export function renderPrometheus(stats: StoreStats, by: string, limit: number, isRestSummed = false): string {
  // Label names start with a letter, and the state has one of its own.
  const label = by === "state" ? "group" : by.replaceAll(/[^a-zA-Z0-9_]/g, "_").replace(/^(?=\d)/, "_");
  const groups = stats.groups.slice(0, limit);
  const states = ["active", "expired", "unknown"] as const;
  const sessions = groups.flatMap((group) =>
    states.map((state) => `sessions{${label}="${escapeLabel(group.key ?? "")}",state="${state}"} ${group[state]}`),
  );
  const pending = groups.map(
    (group) => `sessions_pending_approvals{${label}="${escapeLabel(group.key ?? "")}"} ${group.pending}`,
  );
  const rest = stats.groups.slice(limit);
  const restOf = (count: "active" | "expired" | "unknown" | "pending"): number =>
    rest.reduce((sum, group) => sum + group[count], 0);
  const restName = `sessions_of_other_${label}s`;
  const restPendingName = `sessions_pending_approvals_of_other_${label}s`;
  const idle = Object.entries(stats.idle ?? {}).map(
    ([rank, seconds]) => `sessions_idle_seconds{rank="${rank}"} ${seconds}`,
  );
  return [
    metric("sessions", `Sessions in the store by ${label} and state.`, sessions),
    metric("sessions_pending_approvals", `Sessions that wait for an approval, by ${label}.`, pending),
    ...(isRestSummed
      ? [
          metric(
            restName,
            `Sessions of all but the ${limit} largest groups by ${label}, by state.`,
            states.map((state) => `${restName}{state="${state}"} ${restOf(state)}`),
          ),
          metric(restPendingName, "Those of them that wait for an approval.", [
            `${restPendingName} ${restOf("pending")}`,
          ]),
        ]
      : []),
    metric("sessions_idle_seconds", "Time since the last activity, by percentile rank.", idle),
    metric("sessions_left_out_records", "Records that are not whole.", [
      `sessions_left_out_records ${stats.leftOut.count}`,
    ]),
    metric("sessions_store_bytes", "Size of the store.", [`sessions_store_bytes ${stats.byteLength}`]),
  ].join("");
}

function metric(name: string, help: string, samples: readonly string[]): string {
  if (samples.length === 0) return "";
  return `# HELP ${name} ${help.replaceAll("\n", " ")}\n# TYPE ${name} gauge\n${samples.join("\n")}\n`;
}

function escapeLabel(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}
