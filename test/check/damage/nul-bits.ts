// Blocks and bytes that a file system or a bad disk changed.
import type { Random } from "../../../src/demo/random.js";
import { Unsuitable, type Draft } from "./draft.js";
import { anyOf, except, hasMetadata, insert, kindsOf, mangle, placesOf, set, type Kind } from "./kind.js";
import { loseBytes, overwrite, spanOf } from "./survivors.js";

const { file, rows, text, value } = kindsOf("nul_bits");
const bytes = { stage: "bytes" } as const;

function around(draft: Draft, before: string | Buffer, behind: string | Buffer): void {
  draft.bytes = Buffer.concat([Buffer.from(before), draft.rendered.bytes, Buffer.from(behind)]);
}

function flip(from: string, at: number, bit: number): string {
  return from.slice(0, at) + String.fromCharCode(from.charCodeAt(at) ^ (1 << bit)) + from.slice(at + 1);
}

/** Changes one hexadecimal digit into a letter behind f. */
function flipDigit(from: string, random: Random): string {
  const at = anyOf(random, placesOf(from, /[0-9a-f]/g)) ?? 0;
  return from.slice(0, at) + "ghijklmnopqrstuvwxyz".charAt(random.below(20)) + from.slice(at + 1);
}

export const NUL_BITS: readonly Kind[] = [
  file("nul-over-header", (draft) => overwrite(draft, [0, spanOf(draft, "first").start - 2]), bytes),
  file("nul-over-header-and-line-end", (draft) => overwrite(draft, [0, spanOf(draft, "first").start]), bytes),
  file("nul-first-512", (draft) => overwrite(draft, [0, 512]), bytes),
  file("nul-first-4096", (draft) => overwrite(draft, [0, 4096]), { ...bytes, base: { rows: [25, 40] } }),
  file(
    "nul-512-in-middle",
    (draft, random) => {
      const blocks = Math.floor(draft.rendered.bytes.length / 512) - 1;
      if (blocks < 2) throw new Unsuitable();
      const at = 512 * (1 + random.below(blocks - 1));
      overwrite(draft, [at, at + 512]);
    },
    { ...bytes, base: { rows: [12, 20] } },
  ),
  file(
    "nul-two-holes",
    (draft) => {
      const copy = Buffer.from(draft.rendered.bytes);
      if (copy.length < 2560) throw new Unsuitable();
      loseBytes(draft, [512, 1024]);
      loseBytes(draft, [2048, 2560]);
      draft.bytes = copy.fill(0, 512, 1024).fill(0, 2048, 2560);
    },
    { ...bytes, base: { rows: [16, 24] } },
  ),
  file(
    "nul-over-end",
    (draft, random) => {
      const { length } = draft.rendered.bytes;
      overwrite(draft, [Math.max(200, length - 100 - random.below(900)), length]);
    },
    bytes,
  ),
  file(
    "nul-over-last-block",
    (draft) => {
      const { length } = draft.rendered.bytes;
      overwrite(draft, [Math.floor(length / 512) * 512, length]);
    },
    bytes,
  ),
  file(
    "nul-small-hole",
    (draft, random) => {
      const { length } = draft.rendered.bytes;
      const at = 100 + random.below(length - 200);
      overwrite(draft, [at, at + 8 + random.below(60)]);
    },
    bytes,
  ),
  file("nul-before-start", (draft) => around(draft, Buffer.alloc(1024), ""), bytes),
  file(
    "nul-copytruncate",
    (draft) => {
      const { bytes: all } = draft.rendered;
      draft.bytes = Buffer.concat([Buffer.alloc(4096), all.subarray(spanOf(draft, "first").start)]);
    },
    bytes,
  ),
  file(
    "nul-to-4096",
    (draft) => {
      const rest = 4096 - (draft.rendered.bytes.length % 4096);
      around(draft, "", Buffer.alloc(rest));
    },
    bytes,
  ),
  file("nul-at-end-one", (draft) => around(draft, "", "\0"), bytes),
  file(
    "nul-over-final-line-end",
    (draft) => {
      const { end, next } = spanOf(draft, "last");
      overwrite(draft, [end, next]);
    },
    bytes,
  ),
  rows("nul-run-between-rows", (line) => mangle(line, (from) => "\0".repeat(40) + from), { stage: "text" }),
  rows("nul-run-behind-rows", (line) => mangle(line, (from) => from + "\0".repeat(16)), { stage: "text" }),
  rows(
    "nul-instead-of-line-end",
    (line) => {
      line.end = "\0\0";
    },
    { stage: "text", hits: [1, 1] },
  ),
  text("nul-inserted-in-ids", (from, random) => insert(from, 1 + random.below(35), "\0")),
  text("nul-inserted-at-delimiters", (from, random) =>
    insert(from, anyOf(random, placesOf(from, /,/g).slice(0, 6)) ?? 0, "\0"),
  ),
  value("nul-inserted-in-times", ["created_at", "last_activity"], (from, random) =>
    insert(from, 1 + random.below(18), "\0"),
  ),
  value(
    "nul-inserted-in-json",
    "metadata",
    (from, random) => insert(from, anyOf(random, placesOf(from, /[{:,]/g)) ?? 0, "\0"),
    { where: hasMetadata },
  ),
  value(
    "nul-replaced-in-id",
    "session_id",
    (from, random) => {
      const at = random.below(36);
      return `${from.slice(0, at)}\0${from.slice(at + 1)}`;
    },
    { unknown: ["session_id"] },
  ),
  value(
    "nul-replaced-in-time",
    "last_activity",
    (from, random) => {
      const at = random.below(19);
      return `${from.slice(0, at)}\0${from.slice(at + 1)}`;
    },
    { unknown: ["last_activity"] },
  ),
  value(
    "nul-replaced-in-json",
    "metadata",
    (from, random) => {
      const at = 1 + random.below(from.length - 2);
      return `${from.slice(0, at)}\0${from.slice(at + 1)}`;
    },
    { where: hasMetadata, unknown: ["metadata"] },
  ),
  rows(
    "flip-in-session-id",
    (line, draft, random) => {
      set(line, "session_id", (from) => flipDigit(from, random));
      draft.unknown(line.row, ["session_id"], { session_id: [line.fields[0] ?? ""] });
    },
    {},
  ),
  rows(
    "flip-in-thread-id",
    (line, draft, random) => {
      set(line, "thread_id", (from) => flipDigit(from, random));
      draft.unknown(line.row, ["thread_id"], { thread_id: [line.fields[3] ?? ""] });
    },
    {},
  ),
  value(
    "flip-in-time",
    "created_at",
    (from, random) => {
      const at = random.below(19);
      return flip(from, at, 6);
    },
    { unknown: ["created_at"] },
  ),
  rows(
    "flip-high-bit",
    (line, draft) => {
      // An underscore with its highest bit set is a sharp s in Windows-1252.
      line.encode = (from) => Buffer.from(from.replace("_", "\xdf"), "latin1");
      draft.unknown(line.row, ["user_id"], { user_id: [(line.fields[1] ?? "").replace("_", "\xdf")] });
    },
    {},
  ),
  text(
    "flip-comma",
    (from, random) => flip(from, anyOf(random, [36, placesOf(from, /,/g)[3] ?? 36]) ?? 36, random.below(5)),
    {
      unknown: except("created_at", "last_activity", "platform"),
    },
  ),
  text("flip-opening-quote", (from, random) => flip(from, from.lastIndexOf(',"{') + 1, random.below(5)), {
    where: hasMetadata,
    unknown: ["metadata", "pending_approval"],
  }),
  file(
    "flip-line-end",
    (draft) => {
      const { bytes: all, spans } = draft.rendered;
      const copy = Buffer.from(all);
      const span = spans[Math.floor(spans.length / 2)];
      if (span === undefined) throw new Unsuitable();
      copy[span.next - 1] = 0x0a ^ 0x40;
      const behind = spans[spans.indexOf(span) + 1];
      if (behind !== undefined) draft.lose(behind.row, "ambiguous");
      draft.bytes = copy;
    },
    bytes,
  ),
];
