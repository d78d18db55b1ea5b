import type { RepairPlan } from "../check/repair.js";
import type { QuarantinedSegment } from "../check/segment.js";
import type { RepairProof } from "./repair-proof.js";

/** A multiple of three, so that the base64 of pieces can be joined. */
const PIECE_BYTES = 3 * 256 * 1024;

/**
 * The quarantine as JSON Lines, one object for each piece that was set aside:
 * `{"line","byteOffset","byteLength","reason","codes","text" or "base64","fields"}`. `text` holds the bytes where they are
 * valid UTF-8, `base64` where they are not. A piece of any size is read and handed on in parts.
 *
 * @throws Error where it does not hold all the bytes that the plan promised
 */
export function* quarantineLines(plan: RepairPlan, proof: RepairProof): Generator<Uint8Array> {
  let byteLength = 0;
  for (const segment of plan.quarantine()) {
    const { line, reason, codes, fields } = segment;
    const head = { line, byteOffset: segment.byteOffset, byteLength: segment.byteLength, reason, codes };
    yield Buffer.from(JSON.stringify(head).slice(0, -1));
    const asText = isText(plan, segment);
    yield Buffer.from(asText ? ',"text":"' : ',"base64":"');
    yield* asText ? textParts(plan, segment) : base64Parts(plan, segment);
    yield Buffer.from(`","fields":${JSON.stringify(fields)}}\n`);
    byteLength += segment.byteLength;
  }
  if (byteLength !== proof.bytes.quarantined) {
    throw new Error(`The quarantine has ${byteLength} bytes, and its plan promised ${proof.bytes.quarantined}`);
  }
}

function isText(plan: RepairPlan, segment: QuarantinedSegment): boolean {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  try {
    for (const part of partsOf(plan, segment)) decoder.decode(part, { stream: true });
    decoder.decode();
    return true;
  } catch {
    return false;
  }
}

function* textParts(plan: RepairPlan, segment: QuarantinedSegment): Generator<Uint8Array> {
  // A decoder holds back a character that is cut, so that no part ends in the middle of one.
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  for (const part of partsOf(plan, segment)) {
    yield Buffer.from(JSON.stringify(decoder.decode(part, { stream: true })).slice(1, -1));
  }
}

function* base64Parts(plan: RepairPlan, segment: QuarantinedSegment): Generator<Uint8Array> {
  for (const part of partsOf(plan, segment)) {
    yield Buffer.from(Buffer.from(part.buffer, part.byteOffset, part.length).toString("base64"));
  }
}

function* partsOf(plan: RepairPlan, { byteOffset, byteLength }: QuarantinedSegment): Generator<Uint8Array> {
  for (let at = 0; at < byteLength; at += PIECE_BYTES) {
    const wanted = Math.min(PIECE_BYTES, byteLength - at);
    const part = plan.read(byteOffset + at, wanted);
    if (part.length !== wanted) throw new Error(`The content ends inside the quarantined bytes at ${byteOffset}`);
    yield part;
  }
}
