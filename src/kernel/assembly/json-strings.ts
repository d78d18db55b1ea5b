// The strings of a JSON text, found and checked 64 bytes at a time, ahead of the walk through its structure.
import { bitsOf, hexadecimal, prefixXor } from "./bits";
import { QUOTE } from "./layout";

const BACKSLASH: u8 = 0x5c;
/** Blocks that one call of `findStringEnds` looks at, unless no string ends in them. */
const GROUP_BYTES: usize = 16 * 64;

/** Where the next block starts, and where the text ends. */
let nextBlock: usize = 0;
let textEnd: usize = 0;
/** Every quote of the text is doubled. */
let isDoubled: bool = false;
// What is known of the byte before the next block. 1 or 0: it is the first quote of a doubled one; it is a backslash that
// escapes the first byte of the block. All ones or 0: it is part of a string that goes on.
let pairCarry: u64 = 0;
let escapeCarry: u64 = 0;
let insideCarry: u64 = 0;

/** Begins with the text [at, end), where no string is open. */
export function startStrings(at: usize, end: usize, areDoubled: bool): void {
  nextBlock = at;
  textEnd = end;
  isDoubled = areDoubled;
  pairCarry = 0;
  escapeCarry = 0;
  insideCarry = 0;
}

/**
 * Writes to `list` where the next strings end: the addresses of their closing quotes, of a doubled one the first, as u32.
 * Returns the end of what it wrote, `list` where no string ends any more, or where the text is no JSON: for a control
 * character in a string, an escape that JSON does not know, or a quote that is not doubled.
 *
 * In a JSON text each second quote that is not escaped ends a string. What stands outside of strings is not looked at.
 */
export function findStringEnds(list: usize): usize {
  const end = textEnd;
  const quoteLanes = i8x16.splat(<i8>QUOTE);
  const backslashLanes = i8x16.splat(<i8>BACKSLASH);
  const controlLanes = i8x16.splat(0x1f);
  let block = nextBlock;
  let inside = insideCarry;
  let wrong: u64 = 0;
  let out = list;
  while (block < end && out == list) {
    const groupEnd = min(block + GROUP_BYTES, end);
    while (block < groupEnd) {
      const a = v128.load(block);
      const b = v128.load(block, 16);
      const c = v128.load(block, 32);
      const d = v128.load(block, 48);
      const valid: u64 = end - block < 64 ? ((<u64>1) << <u64>(end - block)) - 1 : ~0;
      const quotes = valid & bitsOf(
        i8x16.eq(a, quoteLanes), i8x16.eq(b, quoteLanes), i8x16.eq(c, quoteLanes), i8x16.eq(d, quoteLanes),
      );
      let found = quotes;
      if (isDoubled) {
        found &= ~((quotes << 1) | pairCarry);
        if (((found << 1) | pairCarry) != (quotes ^ found)) {
          // Several doubled quotes in a row, or quotes that are not doubled.
          found = quotes & (prefixXor(quotes) ^ -pairCarry);
          wrong |= ((found << 1) | pairCarry) ^ (quotes ^ found);
        }
        pairCarry = found >> 63;
      }
      const backslashes = v128.or(
        v128.or(i8x16.eq(a, backslashLanes), i8x16.eq(b, backslashLanes)),
        v128.or(i8x16.eq(c, backslashLanes), i8x16.eq(d, backslashLanes)),
      );
      const least = i8x16.min_u(i8x16.min_u(a, b), i8x16.min_u(c, d));
      let controls: u64 = 0;
      if (v128.any_true(i8x16.le_u(least, controlLanes))) {
        controls = valid & bitsOf(
          i8x16.le_u(a, controlLanes), i8x16.le_u(b, controlLanes), i8x16.le_u(c, controlLanes), i8x16.le_u(d, controlLanes),
        );
      }
      if (<u64>v128.any_true(backslashes) | escapeCarry) {
        found = withoutEscaped(block, valid, found);
        if (isWrong) return list;
      }
      inside ^= prefixXor(found);
      wrong |= controls & inside;
      found &= ~inside;
      inside = <u64>((<i64>inside) >> 63);
      const count = <usize>popcnt(found);
      found = writeFour(out, block, found);
      for (let to = out + 16; found != 0; to += 16) found = writeFour(to, block, found);
      out += count << 2;
      block += 64;
    }
  }
  nextBlock = block;
  insideCarry = inside;
  const isCut = pairCarry != 0 && (block >= end || load<u8>(block) != QUOTE);
  return wrong == 0 && !isCut ? out : list;
}

/** Writes the addresses of the lowest four bits of a block, and returns the others; where there are less, junk behind. */
@inline
function writeFour(to: usize, block: usize, bits: u64): u64 {
  store<u32>(to, <u32>(block + <usize>ctz(bits)));
  bits &= bits - 1;
  store<u32>(to, <u32>(block + <usize>ctz(bits)), 4);
  bits &= bits - 1;
  store<u32>(to, <u32>(block + <usize>ctz(bits)), 8);
  bits &= bits - 1;
  store<u32>(to, <u32>(block + <usize>ctz(bits)), 12);
  return bits & (bits - 1);
}

/** The last `withoutEscaped` found an escape that JSON does not know. */
let isWrong: bool = false;

/** Checks the escapes of a block and returns `quotes` without those that are escaped. */
function withoutEscaped(block: usize, valid: u64, quotes: u64): u64 {
  isWrong = false;
  quotes &= ~escapeCarry;
  const lanes = i8x16.splat(<i8>BACKSLASH);
  let backslashes = valid & ~escapeCarry & bitsOf(
    i8x16.eq(v128.load(block), lanes), i8x16.eq(v128.load(block, 16), lanes),
    i8x16.eq(v128.load(block, 32), lanes), i8x16.eq(v128.load(block, 48), lanes),
  );
  escapeCarry = 0;
  while (backslashes != 0) {
    const bit = <u64>ctz(backslashes);
    backslashes &= backslashes - 1;
    const at = block + <usize>bit + 1;
    const escaped = at < textEnd ? load<u8>(at) : 0;
    if (escaped == 0x75) {
      if (at + 5 > textEnd || !i8x16.all_true(hexadecimal(v128.load32_splat(at, 1)))) isWrong = true;
    } else if (escaped == QUOTE || escaped == BACKSLASH) {
      const covered = (<u64>2) << bit;
      if (covered == 0) escapeCarry = 1;
      quotes &= ~covered;
      backslashes &= ~covered;
    } else if (
      escaped != 0x2f && escaped != 0x62 && escaped != 0x66 && escaped != 0x6e && escaped != 0x72 && escaped != 0x74
    ) {
      isWrong = true;
    }
  }
  return quotes;
}
