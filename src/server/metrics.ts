import type { FastifyInstance } from "fastify";
import type { EventStreams } from "./event-stream.js";
import type { ServerOptions } from "./options.js";
import * as schemas from "./schemas.js";

/** Upper bounds of the buckets, in seconds: from a read in memory to a commit on a slow disk. */
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const;

/** Clients can make platforms without end, and each label is a time series that Prometheus keeps. */
const MOST_PLATFORMS = 50;

/** How long requests of one kind took. */
interface Durations {
  readonly labels: string;
  /** Per bucket, not yet summed up. */
  readonly counts: number[];
  count: number;
  seconds: number;
}

/** Measures every request, and tells at /metrics of them, of the manager and of the file. */
export function registerMetrics(app: FastifyInstance, { manager, stats }: ServerOptions, streams: EventStreams): void {
  const kinds = new Map<string, Durations>();
  let refused = 0;
  app.server.on("drop", () => void (refused += 1));
  app.addHook("onResponse", async (request, reply) => {
    // Patterns, not paths: what clients send must not become names.
    const route = request.routeOptions.url ?? "none";
    const labels = `method="${METHODS.has(request.method) ? request.method : "other"}",route="${route}",status="${reply.statusCode}"`;
    let kind = kinds.get(labels);
    if (kind === undefined) kinds.set(labels, (kind = { labels, counts: BUCKETS.map(() => 0), count: 0, seconds: 0 }));
    const seconds = reply.elapsedTime / 1000;
    const bucket = BUCKETS.findIndex((bound) => seconds <= bound);
    if (bucket !== -1) kind.counts[bucket] = (kind.counts[bucket] ?? 0) + 1;
    kind.count += 1;
    kind.seconds += seconds;
  });
  app.get(
    "/metrics",
    {
      schema: {
        summary: "Metrics in the Prometheus text exposition format",
        response: schemas.answers({ 200: schemas.text("text/plain") }),
      },
    },
    async (_request, reply) => {
      const text = [
        await stats.prometheus(MOST_PLATFORMS),
        metric("sessions_commits_total", "counter", "Versions of the file that this server wrote.", [
          `sessions_commits_total ${manager.commitCount}`,
        ]),
        metric("sessions_damaged_records", "gauge", "Records that this server cannot decode, and leaves as they are.", [
          `sessions_damaged_records ${manager.contents.damaged.count}`,
        ]),
        metric("sessions_event_listeners", "gauge", "Clients that listen to /api/events.", [
          `sessions_event_listeners ${streams.count}`,
        ]),
        metric("sessions_http_connections_refused_total", "counter", "Connections beyond those that are taken.", [
          `sessions_http_connections_refused_total ${refused}`,
        ]),
        durationsText([...kinds.values()]),
      ];
      return reply.type("text/plain; version=0.0.4; charset=utf-8").send(text.join(""));
    },
  );
}

const METHODS: ReadonlySet<string> = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

function durationsText(kinds: readonly Durations[]): string {
  const name = "sessions_http_request_duration_seconds";
  const samples = kinds.flatMap(({ labels, counts, count, seconds }) => {
    let sum = 0;
    const buckets = BUCKETS.map((bound, place) => {
      sum += counts[place] ?? 0;
      return `${name}_bucket{${labels},le="${bound}"} ${sum}`;
    });
    return [
      ...buckets,
      `${name}_bucket{${labels},le="+Inf"} ${count}`,
      `${name}_sum{${labels}} ${seconds}`,
      `${name}_count{${labels}} ${count}`,
    ];
  });
  return metric(name, "histogram", "How long requests took, until their answers were sent.", samples);
}

function metric(name: string, type: string, help: string, samples: readonly string[]): string {
  return samples.length === 0 ? "" : `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${samples.join("\n")}\n`;
}
