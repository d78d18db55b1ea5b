// Random harm, at no place in particular.
import type { Random } from "../../../src/demo/random.js";

/** What may happen to bytes: little things that keep rows apart, or large ones that can put two into one. */
export type Strength = "edits" | "blocks";

const SYNTAX = [
  '"',
  ",",
  "\n",
  "\r",
  "\r\n",
  "{",
  "}",
  "\\",
  "'",
  ";",
  "\t",
  " ",
  "\0",
  "[",
  ":",
  "-",
  "“",
  '""',
  ',"',
  '",',
] as const;

/** The bytes after some mishaps. */
export function mutate(random: Random, bytes: Buffer, strength: Strength): Buffer {
  const count = 1 + Math.floor(random.exponential(1.5)) + (random.chance(0.1) ? random.below(12) : 0);
  let result = bytes;
  for (let done = 0; done < count; done += 1) {
    const mishap = strength === "edits" || random.chance(0.4) ? random.pick(EDITS) : random.pick(BLOCKS);
    result = mishap(random, result);
  }
  return result;
}

type Mishap = (random: Random, bytes: Buffer) => Buffer;

function replace(bytes: Buffer, at: number, length: number, by: Uint8Array | string): Buffer {
  return Buffer.concat([bytes.subarray(0, at), Buffer.from(by), bytes.subarray(at + length)]);
}

const anywhere = (random: Random, bytes: Buffer): number => random.below(bytes.length + 1);

function linesOf(bytes: Buffer): Buffer[] {
  const lines: Buffer[] = [];
  let start = 0;
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, start)) {
    lines.push(bytes.subarray(start, at + 1));
    start = at + 1;
  }
  if (start < bytes.length) lines.push(bytes.subarray(start));
  return lines;
}

const EDITS: readonly [Mishap, ...Mishap[]] = [
  (random, bytes) => replace(bytes, anywhere(random, bytes), 1, ""),
  (random, bytes) => replace(bytes, anywhere(random, bytes), 0, random.pick(SYNTAX)),
  (random, bytes) => replace(bytes, anywhere(random, bytes), 1, random.pick(SYNTAX)),
  (random, bytes) => replace(bytes, anywhere(random, bytes), 1, Uint8Array.of(random.below(256))),
  (random, bytes) => replace(bytes, anywhere(random, bytes), 0, Uint8Array.of(random.below(256))),
  (random, bytes) => {
    const at = random.below(bytes.length);
    return replace(bytes, at, 1, Uint8Array.of((bytes[at] ?? 0) ^ (1 << random.below(8))));
  },
  (random, bytes) => {
    const at = random.below(bytes.length);
    return replace(bytes, at, 2, Buffer.from(bytes.subarray(at, at + 2)).reverse());
  },
  // A byte of syntax goes, of those that matter most.
  (random, bytes) => {
    const syntax = random.pick([0x22, 0x2c, 0x0a, 0x0d, 0x7d]);
    const at = bytes.indexOf(syntax, random.below(bytes.length));
    return at < 0 ? bytes : replace(bytes, at, 1, random.chance(0.5) ? "" : random.pick(SYNTAX));
  },
];

const BLOCKS: readonly [Mishap, ...Mishap[]] = [
  (random, bytes) => replace(bytes, anywhere(random, bytes), Math.ceil(random.exponential(60)), ""),
  (random, bytes) => bytes.subarray(0, anywhere(random, bytes)),
  (random, bytes) => bytes.subarray(anywhere(random, bytes)),
  (random, bytes) => replace(bytes, anywhere(random, bytes), 0, Buffer.alloc(Math.ceil(random.exponential(30)))),
  (random, bytes) => {
    const length = Math.ceil(random.exponential(80));
    return replace(bytes, anywhere(random, bytes), length, Buffer.alloc(length));
  },
  // A block stands elsewhere too, or only there, or over something.
  (random, bytes) => {
    const from = anywhere(random, bytes);
    const block = Buffer.from(bytes.subarray(from, from + Math.ceil(random.exponential(150))));
    const rest = random.chance(0.5) ? bytes : replace(bytes, from, block.length, "");
    return replace(rest, anywhere(random, rest), random.chance(0.3) ? block.length : 0, block);
  },
  (random, bytes) => {
    const noise = Buffer.from(Array.from({ length: Math.ceil(random.exponential(20)) }, () => random.below(256)));
    return replace(bytes, anywhere(random, bytes), random.chance(0.5) ? noise.length : 0, noise);
  },
  (random, bytes) => onLines(random, bytes, (lines) => random.shuffle(lines)),
  (random, bytes) => onLines(random, bytes, (lines) => lines.splice(random.below(lines.length), 1)),
  (random, bytes) =>
    onLines(random, bytes, (lines) => {
      const line = lines[random.below(lines.length)];
      if (line !== undefined) lines.splice(random.below(lines.length + 1), 0, line);
    }),
  // Two fields of a line change places.
  (random, bytes) =>
    onLines(random, bytes, (lines) => {
      const place = random.below(lines.length);
      const fields = (lines[place]?.toString("latin1") ?? "").split(",");
      const [one, other] = [random.below(fields.length), random.below(fields.length)];
      [fields[one], fields[other]] = [fields[other] ?? "", fields[one] ?? ""];
      lines[place] = Buffer.from(fields.join(","), "latin1");
    }),
  (random, bytes) =>
    Buffer.from(
      bytes.toString("latin1").replaceAll(random.pick(['"', ",", "\r", "\n", "{"]), random.pick(SYNTAX)),
      "latin1",
    ),
];

function onLines(_random: Random, bytes: Buffer, change: (lines: Buffer[]) => unknown): Buffer {
  const lines = linesOf(bytes);
  if (lines.length === 0) return bytes;
  change(lines);
  return Buffer.concat(lines);
}
