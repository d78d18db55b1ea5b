import { describe, expect, test } from "vitest";
import { expiryCutoff, idleCutoff, idleSeconds, stateOf } from "../../src/session/retention.js";
import { RETENTION } from "./records.js";

const { now } = RETENTION;
const HOUR = 3_600_000_000;

describe("a session", () => {
  test("whose last activity cannot be decoded is never expired", () => {
    expect(stateOf(undefined, RETENTION)).toBe("unknown");
  });

  test("that has been idle for exactly the timeout is expired", () => {
    expect(stateOf(now - HOUR, RETENTION)).toBe("expired");
  });

  test("that has been idle for a microsecond less than the timeout is active", () => {
    expect(stateOf(now - HOUR + 1, RETENTION)).toBe("active");
  });

  test("that has been idle for a microsecond more than the timeout is expired", () => {
    expect(stateOf(now - HOUR - 1, RETENTION)).toBe("expired");
  });

  test("whose last activity lies in the future is active", () => {
    expect(stateOf(now + HOUR, RETENTION)).toBe("active");
  });

  test("may be idle for parts of a second", () => {
    expect(stateOf(now - 250_000, { now, timeoutSeconds: 0.25 })).toBe("expired");
  });
});

describe("a cutoff", () => {
  test("of the timeout is the latest last activity of an expired session", () => {
    expect(expiryCutoff(RETENTION)).toBe(now - HOUR);
  });

  test("lies on a whole microsecond", () => {
    expect(idleCutoff(now, 0.1 + 0.2)).toBe(now - 300_000);
  });
});

describe("the idle time", () => {
  test("is in seconds, with microseconds", () => {
    expect(idleSeconds(now - 1_500_001, now)).toBe(1.500001);
  });

  test("is negative where the last activity lies in the future", () => {
    expect(idleSeconds(now + 2_000_000, now)).toBe(-2);
  });
});
