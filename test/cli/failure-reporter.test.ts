import { expect, test } from "vitest";
import type { CliContext } from "../../src/cli/context.js";
import { FailureReporter } from "../../src/cli/failure-reporter.js";
import { SessionsError } from "../../src/errors.js";

test("a failure that lasts is said once a minute, another one at once, a bug with its place", async () => {
  let now = 0;
  let said = "";
  const stderr = { isTerminal: false, columns: 80, rows: 24, write: async (text: string) => void (said += text) };
  const reporter = new FailureReporter({ stderr, clock: () => now } as unknown as CliContext);
  const heard = async (error: unknown): Promise<string> => {
    said = "";
    await reporter.report(error);
    return said;
  };
  const gone = new SessionsError("STORE_NOT_FOUND", { path: "/srv/sessions.csv" });
  const text =
    "error: no such file: /srv/sessions.csv\n  check the path, or make an empty file with: sessions init /srv/sessions.csv\n";
  expect(await heard(gone)).toBe(text);
  now += 59_000_000;
  expect(await heard(gone)).toBe("");
  now += 1_000_000;
  expect(await heard(gone)).toBe(text);
  expect(await heard(new SessionsError("STORE_CHANGED", { path: "/srv/sessions.csv" }))).toContain(
    "changed underneath",
  );
  expect(await heard(gone)).toBe(text);
  expect(await heard(new TypeError("x is no function"))).toMatch(
    /^error: this is a bug[^\n]*\nTypeError: x is no function\n +at /,
  );
});

test("a failure that nobody can be told of ends nothing", async () => {
  const stderr = { isTerminal: false, columns: 80, rows: 24, write: () => Promise.reject(new Error("EPIPE")) };
  const reporter = new FailureReporter({ stderr, clock: () => 0 } as unknown as CliContext);
  await expect(reporter.report(new TypeError("x"))).resolves.toBeUndefined();
});
