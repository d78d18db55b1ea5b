import type { Random } from "./random.js";

const HEX_OF_BYTE = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/** A version 4 UUID (RFC 9562 §5.4) in lower case. */
export function drawUuid(random: Random): string {
  const a = hexOfWord(random.uint32());
  const b = hexOfWord((random.uint32() & 0xffff_0fff) | 0x4000);
  const c = hexOfWord((random.uint32() & 0x3fff_ffff) | 0x8000_0000);
  const d = hexOfWord(random.uint32());
  return `${a}-${b.slice(0, 4)}-${b.slice(4)}-${c.slice(0, 4)}-${c.slice(4)}${d}`;
}

function hexOfWord(word: number): string {
  return `${byteOf(word >>> 24)}${byteOf(word >>> 16)}${byteOf(word >>> 8)}${byteOf(word)}`;
}

function byteOf(word: number): string {
  return HEX_OF_BYTE[word & 0xff] ?? "";
}
