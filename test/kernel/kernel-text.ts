import { Kernel, type JsonVerdict } from "../../src/kernel/kernel.js";

const kernel = new Kernel(1 << 16);

/** Puts a text into the kernel's memory, amid bytes that would change its meaning if they were taken for a part of it. */
function place(text: string): { readonly start: number; readonly end: number } {
  const start = 5;
  const bytes = Buffer.from(text);
  kernel.text.fill(0x22, 0, start).set(bytes, start);
  kernel.text.fill(0x39, start + bytes.length, start + bytes.length + 64);
  return { start, end: start + bytes.length };
}

/** The verdict on a JSON text as it stands in an unquoted field. */
export function verdictOf(text: string): JsonVerdict {
  const { start, end } = place(text);
  return kernel.checkJson(start, end, false);
}

/** The verdict on a JSON text as it stands in a quoted field, its quotes doubled. */
export function quotedVerdictOf(text: string): JsonVerdict {
  return rawQuotedVerdictOf(text.replaceAll('"', '""'));
}

/** The same, the text as it stands in the field. */
export function rawQuotedVerdictOf(text: string): JsonVerdict {
  const { start, end } = place(text);
  return kernel.checkJson(start, end, true);
}

export function parseTimestamp(text: string): { readonly instant: number; readonly isNaive: boolean } {
  const bytes = Buffer.from(text);
  kernel.text.set(bytes);
  kernel.text.fill(0x39, bytes.length, bytes.length + 64);
  return kernel.parseTimestamp(bytes.length);
}

/** The instant of a text in microseconds, NaN where it is no timestamp. */
export function instantOf(text: string): number {
  return parseTimestamp(text).instant;
}
