// Laws 1 and 6: records are copied as they stand.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Condition } from "../../src/session/query.js";
import { HEADER, line, RETENTION } from "../session/records.js";
import { failureOf } from "../storage/folder.js";
import { fileOf, storeWith } from "./store-file.js";

/** What `records` gives for a file, and what it says about it. */
async function copyOf(
  content: string | Uint8Array,
  selection: readonly Condition[] = [],
): Promise<{ bytes: Buffer; count: number | undefined; leftOut: number }> {
  const reading = storeWith(content).store.read({ selection, retention: RETENTION });
  const pieces: Uint8Array[] = [];
  for await (const piece of reading.records?.() ?? []) pieces.push(piece);
  return { bytes: Buffer.concat(pieces), count: reading.count, leftOut: reading.leftOut.count };
}

const ONLY_B: readonly Condition[] = [{ type: "id", ids: new Set(["b"]) }];

describe("without a selection", () => {
  test.each([
    ["a file of Python's", `${HEADER}\r\n${line({ session_id: "a" })}\r\n`, 1],
    ["a byte order mark", `\ufeff${HEADER}\n${line({ session_id: "a" })}\n`, 1],
    ["no line break at the end", `${HEADER}\n${line({ session_id: "a" })}`, 1],
    ["blank lines", `${HEADER}\n\n${line({ session_id: "a" })}\n\n`, 1],
    ["a record that is not whole", `${HEADER}\ntorn,row\n${line({ session_id: "a" })}\n`, 2],
    ["a header alone", HEADER, 0],
  ])("%s is copied byte for byte", async (_name, content, count) => {
    const copy = await copyOf(content);
    expect(copy).toEqual({ bytes: Buffer.from(content), count, leftOut: 0 });
  });

  test("whatever stands below a header is copied byte for byte, or refused as a whole", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (tail) => {
        const content = Buffer.concat([Buffer.from(`${HEADER}\n`), tail]);
        expect((await copyOf(content)).bytes.equals(content)).toBe(true);
      }),
      { numRuns: 50 },
    );
  });
});

describe("with a selection", () => {
  test("the records that match stand under the header as they stood", async () => {
    const wanted = `"b",telegram_2,telegram,"t",2025-09-30T08:00:00,2025-09-30T09:00:00,"",{}`;
    const content = `\ufeff${HEADER}\r\n${line({ session_id: "a" })}\r\n${wanted}\r\n${line({ session_id: "c" })}\r\n`;
    const copy = await copyOf(content, ONLY_B);
    expect({ ...copy, bytes: copy.bytes.toString() }).toEqual({
      bytes: `\ufeff${HEADER}\r\n${wanted}\r\n`,
      count: 1,
      leftOut: 0,
    });
  });

  test("records that are not whole are left out and counted", async () => {
    const copy = await copyOf(fileOf("torn,row", { session_id: "b" }, { session_id: "b" }), ONLY_B);
    expect({ ...copy, bytes: copy.bytes.toString() }).toEqual({
      bytes: fileOf({ session_id: "b" }, { session_id: "b" }),
      count: 2,
      leftOut: 1,
    });
  });

  test("nothing that matches leaves the header", async () => {
    const copy = await copyOf(fileOf({ session_id: "a" }), ONLY_B);
    expect({ ...copy, bytes: copy.bytes.toString() }).toEqual({ bytes: `${HEADER}\n`, count: 0, leftOut: 0 });
  });
});

test("a file without a header of ours is refused", async () => {
  expect((await failureOf(() => copyOf("a,b\n1,2\n"))).code).toBe("STORE_DAMAGED");
});
