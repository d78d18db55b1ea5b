// A process that removes sessions one by one; bundled and started by concurrency.test.ts.
import { CsvStore } from "../../src/store/csv-store.js";

const [, , file = "", ...ids] = process.argv;
const holder = { pid: process.pid, host: "test", command: "test", since: "2026-01-01T00:00:00Z" };
const store = CsvStore.atPath(file, { lock: { waitMs: 30_000, holder } });
let removed = 0;
for (const id of ids) {
  const request = {
    selection: [{ type: "id" as const, ids: new Set([id]) }],
    retention: { now: 0, timeoutSeconds: 3600 },
    keepPending: false,
  };
  removed += (await store.remove(request, {})).plan.removed;
}
process.stdout.write(`removed ${removed}\n`);
