import type { RepairPlan } from "../../src/check/repair.js";
import type { ByteSource } from "../../src/check/byte-source.js";
import type { CheckListener, CheckOptions } from "../../src/check/run.js";
import type { QuarantinedSegment, Segment } from "../../src/check/segment.js";

/**
 * A stand-in for the check: lines that start with `!` are set aside, with the rest of the line as session_id where there is
 * one; those with `~` are healed to the same in capitals, those with `#` are dropped, all others stay.
 */
export function planByLines(source: ByteSource, _options?: CheckOptions, listener?: CheckListener): RepairPlan {
  const read = (byteOffset: number, byteLength: number): Uint8Array => {
    const bytes = new Uint8Array(Math.max(0, Math.min(byteLength, source.byteLength - byteOffset)));
    return bytes.subarray(0, source.readAt(bytes, byteOffset));
  };
  const segments = segmentsOf(Buffer.from(read(0, source.byteLength)));
  const records = { kept: 0, healed: 0, quarantined: 0, duplicates: 0 };
  for (const [index, segment] of segments.entries()) {
    if (segment.kind === "dropped") {
      listener?.onDiagnostic(diagnosticOf(segment, index + 1, "blank-line", "dropped"));
      continue;
    }
    records[segment.kind] += 1;
    if (segment.kind === "healed") listener?.onDiagnostic(diagnosticOf(segment, index + 1, "padding", "healed"));
    if (segment.kind === "quarantined") {
      listener?.onDiagnostic(diagnosticOf(segment, index + 1, "text-line", "quarantined"));
    }
  }
  return {
    isIdentity: segments.every(({ kind }) => kind === "kept"),
    records,
    unresolved: 0,
    counts: new Map(),
    content: source,
    segments: () => segments,
    quarantine: () => segments.filter((segment): segment is QuarantinedSegment => segment.kind === "quarantined"),
    *output() {
      for (const segment of segments) {
        if (segment.kind === "kept") yield read(segment.byteOffset, segment.byteLength);
        else if (segment.kind === "healed") yield segment.bytes;
      }
    },
    read,
  };
}

/** What `planByLines` makes of a text. */
export function repairedByLines(text: string): string {
  return linesOf(text)
    .filter((line) => !/^[!#]/.test(line))
    .map((line) => (line.startsWith("~") ? line.toUpperCase() : line))
    .join("");
}

function segmentsOf(content: Buffer): Segment[] {
  let byteOffset = 0;
  return linesOf(content.toString("latin1")).map((text, index) => {
    const span = { byteOffset, byteLength: text.length };
    byteOffset += text.length;
    switch (text.charAt(0)) {
      case "!": {
        const id = text.slice(1).trim();
        const fields: Record<string, string> = id === "" ? {} : { session_id: id };
        return {
          kind: "quarantined",
          ...span,
          line: index + 1,
          codes: ["text-line"],
          reason: "a line that is no record",
          fields,
        };
      }
      case "~":
        return { kind: "healed", ...span, bytes: Buffer.from(text.toUpperCase(), "latin1") };
      case "#":
        return { kind: "dropped", ...span, code: "blank-line" };
      default:
        return { kind: "kept", ...span };
    }
  });
}

function linesOf(text: string): readonly string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

function diagnosticOf(
  { byteOffset, byteLength }: Segment,
  line: number,
  code: "blank-line" | "padding" | "text-line",
  outcome: "healed" | "quarantined" | "dropped",
): Parameters<CheckListener["onDiagnostic"]>[0] {
  return { code, severity: "error", line, column: 1, byteOffset, byteLength, text: "", message: code, outcome };
}
