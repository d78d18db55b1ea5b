/** 53 bits from two 32-bit hashes of the UTF-16 units (FNV-1a, and a second one with another multiplier), never 0. */
export function hashOfText(text: string): number {
  let low = 0x811c9dc5;
  let high = 0x9e3779b9;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    low = Math.imul(low ^ unit, 0x01000193);
    high = Math.imul(high ^ unit, 0x85ebca6b);
    high ^= high >>> 15;
  }
  low ^= low >>> 16;
  return ((high >>> 0) % 0x200000) * 0x100000000 + (low >>> 0) || 1;
}
