import { expect, test } from "vitest";
import { SpooledBytes } from "../../src/storage/spool.js";
import { StagedSessions } from "../../src/store/staged-sessions.js";
import { Uint32List } from "../../src/store/uint32-list.js";

const GIB = 2 ** 30;

/** Keeps what is appended as if each record took 3 GiB. */
class VastSpool extends SpooledBytes {
  readonly #records: string[] = [];
  #byteLength = 0;

  override get byteLength(): number {
    return this.#byteLength;
  }

  override append(bytes: Uint8Array): number {
    const text = Buffer.from(bytes).toString();
    this.#byteLength += text === "\n" ? 1 : 3 * GIB - 1;
    if (text !== "\n") this.#records.push(text);
    return this.#byteLength;
  }

  override readAt(): number {
    throw new Error("nobody asks for it");
  }

  override read(byteOffset: number, byteLength: number): Buffer {
    expect([byteOffset % (3 * GIB), byteLength]).toEqual([0, 3 * GIB - 1]);
    return Buffer.from(this.#records[byteOffset / (3 * GIB)] ?? "");
  }
}

test("sessions are found behind more bytes than 32 bits can count", () => {
  const staged = new StagedSessions({ names: ["session_id", "user_id"], lineBreak: "\n" }, new VastSpool());
  const ids = ["a", "b", "c", "d", "e", "f", "g"];
  for (const [number, sessionId] of ids.entries()) {
    staged.add({ sessionId, values: new Map(), raw: Buffer.from(`${sessionId},u`), origin: `record ${number}` });
  }
  expect(ids.map((id) => staged.idOf(staged.numberOf(id) ?? NaN))).toEqual(ids);
});

test("a list holds whole numbers of 32 bits, and 0 where none was set", () => {
  const list = new Uint32List();
  const places = [0, 1, 65_535, 65_536, 200_000, 15_999_999];
  for (const place of places) list.set(place, 0xffff_ffff - place);
  expect(places.map((place) => list.get(place))).toEqual(places.map((place) => 0xffff_ffff - place));
  expect([2, 65_537, 131_072, 16_000_000].map((place) => list.get(place))).toEqual([0, 0, 0, 0]);
});
