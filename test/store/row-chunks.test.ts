import fs from "node:fs";
import path from "node:path";
import fc from "fast-check";
import { describe, expect, onTestFinished, test } from "vitest";
import { rowLayout } from "../../src/cli/render/row-layout.js";
import { generateDemo } from "../../src/demo/generate.js";
import { COLUMN_NAMES } from "../../src/session/columns.js";
import type { Selection } from "../../src/session/query.js";
import { openSnapshot } from "../../src/storage/snapshot.js";
import { CsvRows, type Chunking } from "../../src/store/csv-rows.js";
import { FaultLog } from "../../src/store/fault-log.js";
import { ChunkRenderer, type ChunkSetup } from "../../src/store/row-chunk.js";
import { RowThread, type RowHelper, type RowPiece } from "../../src/store/row-thread.js";
import { readFromStart } from "../../src/store/csv-source.js";
import type { RowPage } from "../../src/store/store.js";
import { HEADER, RETENTION } from "../session/records.js";
import { temporaryFolder } from "../storage/folder.js";

interface Made {
  readonly text: string;
  readonly count: number;
  readonly leftOut: unknown;
}

const NEVER: Pick<Chunking, "largeBytes"> = { largeBytes: Infinity };

/** All rows of a file as JSON, made with this chunking. */
async function makeAndCount(
  file: string,
  chunking: Partial<Chunking>,
  selection: Selection = [],
  fd?: number,
  page: RowPage = { offset: 0, limit: Infinity },
): Promise<{ made: Made; bytesRead: number }> {
  const snapshot = openSnapshot(file);
  let bytesRead = 0;
  const source = {
    byteLength: snapshot.byteLength,
    fd: fd ?? snapshot.fd,
    readAt: (target: Uint8Array, byteOffset: number) => {
      const count = snapshot.readAt(target, byteOffset);
      bytesRead += count;
      return count;
    },
    looksUnchanged: () => snapshot.looksUnchanged(),
    close: () => snapshot.close(),
  };
  const log = new FaultLog();
  const names = [...COLUMN_NAMES, "state"];
  const layout = rowLayout("json", names, COLUMN_NAMES, RETENTION)?.layout;
  if (layout === undefined) throw new Error("there is no layout");
  let count = 0;
  const rows = new CsvRows({
    ...{ source, layout, log, selection, retention: RETENTION },
    input: { location: file, naiveOffset: undefined, onRead: undefined, open: () => source },
    onRows: (more) => (count += more),
    chunking: { largeBytes: 0, chunkBytes: 480 * 1024, beginHelper: beginThread, ...chunking },
  });
  const pieces: Buffer[] = [];
  let last: Uint8Array = Buffer.alloc(0);
  for await (const piece of rows.pieces(page)) {
    // It must stay as it is until the one behind this one is asked for.
    pieces.push(Buffer.from(last));
    last = piece;
  }
  pieces.push(Buffer.from(last));
  const leftOut = log.faults(() => readFromStart(source));
  source.close();
  return { made: { text: Buffer.concat(pieces).toString(), count, leftOut }, bytesRead };
}

async function make(...request: Parameters<typeof makeAndCount>): Promise<Made> {
  return (await makeAndCount(...request)).made;
}

const beginThread: Chunking["beginHelper"] = async (...data) => new RowThread(...data);

/** The thread, once it is ready. */
const beginReadyThread: Chunking["beginHelper"] = async (...data) => {
  const thread = new RowThread(...data);
  while (!thread.isReady) await new Promise(setImmediate);
  return thread;
};

/** Answers in this thread, after as many turns as `delays` say; counts what it could make. */
function helperOf(delays: readonly number[], made = { count: 0 }): Chunking["beginHelper"] {
  return async (fd: number, byteLength: number, setup: ChunkSetup) => {
    const renderer = new ChunkRenderer((target, at) => fs.readSync(fd, target, 0, target.length, at), setup);
    let asked = 0;
    const helper = {
      isReady: true,
      taskCount: 0,
      render: async (chunk: { from: number; until: number }, buffer: ArrayBuffer): Promise<RowPiece> => {
        helper.taskCount += 1;
        const delay = delays[asked++ % delays.length] ?? 0;
        for (let turn = 0; turn < delay; turn += 1) await new Promise(setImmediate);
        helper.taskCount -= 1;
        const rendered = renderer.render(chunk, new Uint8Array(buffer));
        if (rendered !== undefined) made.count += 1;
        return { rendered, buffer };
      },
      [Symbol.asyncDispose]: async () => undefined,
    };
    return helper satisfies RowHelper;
  };
}

function fileWith(content: string | Buffer): string {
  const file = path.join(temporaryFolder(), "s.csv");
  fs.writeFileSync(file, content);
  return file;
}

const TIME = "2025-09-30T10:30:00.000001";
const record = (id: string, metadata = "{}"): string => `${id},telegram_1,telegram,t,${TIME},${TIME},,"${metadata}"`;
/** Looks like records, and stands inside a value. */
const inside = `\r\n${`${record("no", "").slice(0, -2)}\r\n`.repeat(12)}`;

const piece = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 0, max: 400 }).map((length) => record("a", "x".repeat(length))) },
  { weight: 8, arbitrary: fc.integer({ min: 0, max: 999 }).map((n) => record(`b${n}`, `{""n"": ${n}}`)) },
  fc.constant(record("c", inside)),
  fc.constant(record("d", `${inside}""quoted""${inside}`)),
  fc.constant(record("e", '{\n ""a"": 1\n}')),
  fc.constant(record("f", "\u202e")),
  fc.constant(record("g\0")),
  fc.constant("too,few"),
  fc.constant(`${record("h")},one,too,many`),
  fc.constant(""),
  fc.constant(record("i").replace(TIME, "yesterday")),
  fc.constant(record('"open')),
  fc.constant(record('j"k')),
);

describe("rows that are made in chunks", () => {
  test("are those that are made in order, whatever stands at the borders of chunks", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(piece, { maxLength: 60 }),
        fc.constantFrom("\r\n", "\n"),
        fc.boolean(),
        fc.oneof(fc.integer({ min: 40, max: 300 }), fc.integer({ min: 300, max: 3000 })),
        fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 5 }),
        async (records, lineBreak, isEnded, chunkBytes, delays) => {
          const file = fileWith([HEADER, ...records].join(lineBreak) + (isEnded ? lineBreak : ""));
          const inChunks = await make(file, { chunkBytes, beginHelper: helperOf(delays) });
          expect(inChunks).toEqual(await make(file, NEVER));
        },
      ),
      {
        numRuns: 400,
        // Chunks without a row stand between those that have some.
        examples: [
          [
            [record('"open'), record("i").replace(TIME, "yesterday"), record("b1"), record("b0")],
            "\r\n",
            false,
            40,
            [1, 3, 1, 1],
          ],
        ],
      },
    );
  });

  test("are made elsewhere for the most part, also behind a record that is not plain", async () => {
    const records = Array.from({ length: 20_000 }, (_, index) => record(`s${index}`, index === 5 ? "no JSON" : "{}"));
    const file = fileWith([HEADER, ...records, ""].join("\r\n"));
    const helped = { count: 0 };
    const { made, bytesRead } = await makeAndCount(file, { chunkBytes: 50_000, beginHelper: helperOf([0], helped) });
    expect(made).toEqual(await make(file, NEVER));
    expect(helped.count).toBeGreaterThan(4);
    expect(bytesRead).toBeLessThan(fs.statSync(file).size * 0.6);
  });

  test("are those of the selection", async () => {
    const file = fileWith(Buffer.from([...generateDemo({ rows: 3000, seed: 3, now: RETENTION.now })].join("")));
    const selection: Selection = [{ type: "platform", platforms: ["telegram"] }];
    const inChunks = await make(file, { chunkBytes: 20_000, beginHelper: beginReadyThread }, selection);
    expect(inChunks).toEqual(await make(file, NEVER, selection));
    expect(inChunks.count).toBeGreaterThan(100);
  });

  test.each([
    { offset: 700, limit: 400 },
    { offset: 0, limit: 1000 },
    { offset: 2990, limit: Infinity },
  ])("are not made where a page is asked for: %o", async (page) => {
    const file = fileWith(Buffer.from([...generateDemo({ rows: 3000, seed: 3, now: RETENTION.now })].join("")));
    const made = await make(file, { chunkBytes: 20_000, beginHelper: beginReadyThread }, [], undefined, page);
    expect(made).toEqual(await make(file, NEVER, [], undefined, page));
    expect(made.count).toBe(Math.min(page.limit, 3000 - page.offset));
  });

  test("are whole where a record is longer than many chunks", async () => {
    const file = fileWith([HEADER, record("a"), record("b", "x".repeat(600_000)), record("c"), ""].join("\n"));
    const inChunks = await make(file, { chunkBytes: 10_000, beginHelper: beginReadyThread });
    expect(inChunks).toEqual(await make(file, NEVER));
    expect(inChunks.count).toBe(3);
  });

  test("are whole where what seems to begin a record has too many fields for one", async () => {
    // The second chunk begins with the line of commas.
    const value = `${"x".repeat(9000)}\n${",".repeat(150_000)}`;
    const file = fileWith([HEADER, record("a", value), record("b"), ""].join("\n"));
    const inChunks = await make(file, { chunkBytes: 9000, beginHelper: beginThread });
    expect(inChunks).toEqual(await make(file, NEVER));
    expect(inChunks.count).toBe(2);
  });

  test("are whole where many short records take more memory as rows than a chunk has", async () => {
    const short = `i,u,p,t,${TIME},${TIME},,`;
    const records = Array.from({ length: 40_000 }, () => short);
    const file = fileWith([HEADER, ...records, ""].join("\n"));
    const inChunks = await make(file, { chunkBytes: 1024 * 1024, beginHelper: beginThread });
    expect(inChunks).toEqual(await make(file, NEVER));
    expect(inChunks.count).toBe(40_000);
  });
});

test("where there is no memory for another window, rows are made in order", async () => {
  const file = fileWith([HEADER, record("a"), record("b"), ""].join("\n"));
  const inOrder = await make(file, NEVER);
  const { Memory } = WebAssembly;
  let left = 1;
  WebAssembly.Memory = class extends Memory {
    constructor(descriptor: { initial: number }) {
      if (left-- === 0) throw new RangeError("WebAssembly.Memory(): could not allocate memory");
      super(descriptor);
    }
  };
  onTestFinished(() => void (WebAssembly.Memory = Memory));
  expect(await make(file, { chunkBytes: 50 })).toEqual(inOrder);
  expect(left).toBe(-1);
});

describe("the thread that makes rows", () => {
  const demo = (): string => fileWith([...generateDemo({ rows: 20_000, seed: 5, now: RETENTION.now })].join(""));

  test("makes those that are made in order", async () => {
    const file = demo();
    expect(await make(file, { chunkBytes: 50_000, beginHelper: beginReadyThread })).toEqual(await make(file, NEVER));
  });

  test("is not waited for", async () => {
    const file = demo();
    expect(await make(file, { chunkBytes: 50_000 })).toEqual(await make(file, NEVER));
  });

  test("may end at any time: what it leaves is made here", async () => {
    const file = demo();
    const inOrder = await make(file, NEVER);
    // Its reads fail: no process has so many files open.
    expect(await make(file, { chunkBytes: 50_000, beginHelper: beginReadyThread }, [], 2 ** 30)).toEqual(inOrder);
  });

  test("has ended when the rows have", async () => {
    const file = demo();
    const threads: RowThread[] = [];
    await make(file, {
      chunkBytes: 50_000,
      beginHelper: async (...data) => {
        const thread = new RowThread(...data);
        threads.push(thread);
        while (!thread.isReady) await new Promise(setImmediate);
        return thread;
      },
    });
    expect(threads.map(({ isReady }) => isReady)).toEqual([false]);
  });
});
