import { Kernel } from "../kernel/kernel.js";

/**
 * A point in time: microseconds since 1970-01-01T00:00:00Z. Exact for the years 1685 to 2255 (2^53); outside them, up to
 * the years 0001 and 9999 that the file can hold, within 32 microseconds.
 */
export type Instant = number;

export const MICROSECONDS_PER_SECOND = 1_000_000;
/** What an offset-less timestamp means: seconds to subtract from it to get UTC. `undefined` means UTC. */
export type NaiveOffset = ((localSeconds: number) => number) | undefined;

let kernel: Kernel | undefined;
const LONGEST_TEXT = 256;

/** The instant of a text that the file may hold, see `Kernel.parseTimestamp`; NaN for any other. Without an offset it is UTC. */
export function parseTimestamp(text: string): Instant {
  if (text.length > LONGEST_TEXT / 4) return NaN;
  kernel ??= new Kernel(LONGEST_TEXT);
  return kernel.parseTimestamp(Buffer.from(kernel.text.buffer, kernel.text.byteOffset).write(text)).instant;
}

/**
 * The instant as Python's `datetime.utcnow().isoformat()` writes it: UTC without an offset, six digits of microseconds,
 * and no fraction at all when they are zero.
 */
export function formatTimestamp(instant: Instant): string {
  const seconds = Math.floor(instant / MICROSECONDS_PER_SECOND);
  const microseconds = instant - seconds * MICROSECONDS_PER_SECOND;
  const whole = new Date(seconds * 1000).toISOString().slice(0, 19);
  return microseconds === 0 ? whole : `${whole}.${String(microseconds).padStart(6, "0")}`;
}

/** The instant in RFC 3339, UTC: `2025-09-30T10:30:00.123456Z`, without a fraction when it is zero. */
export function formatInstant(instant: Instant): string {
  return `${formatTimestamp(instant)}Z`;
}
