import { describe, expect, test } from "vitest";
import { COLUMN_NAMES, isHeaderFault, readColumns } from "../../src/session/columns.js";

describe("a header that is none of ours", () => {
  test("names nothing", () => {
    expect(readColumns([])).toEqual({ missing: COLUMN_NAMES, repeated: [] });
  });

  test("lacks some of our columns", () => {
    const names = COLUMN_NAMES.filter((name) => name !== "thread_id" && name !== "metadata");
    expect(readColumns(names)).toEqual({ missing: ["thread_id", "metadata"], repeated: [] });
  });

  test("names one of our columns twice", () => {
    expect(readColumns([...COLUMN_NAMES, "user_id"])).toEqual({ missing: [], repeated: ["user_id"] });
  });

  test("names a column of another program twice", () => {
    expect(readColumns([...COLUMN_NAMES, "x", "x"])).toEqual({ missing: [], repeated: ["x"] });
  });

  test("writes a name in another case", () => {
    expect(readColumns(COLUMN_NAMES.map((name) => name.toUpperCase()))).toEqual({
      missing: COLUMN_NAMES,
      repeated: [],
    });
  });

  test("is told from a header of ours", () => {
    expect([readColumns([]), readColumns(COLUMN_NAMES)].map(isHeaderFault)).toEqual([true, false]);
  });
});

describe("the columns of a header", () => {
  test("stand where its names stand", () => {
    expect(readColumns(COLUMN_NAMES)).toEqual({
      names: COLUMN_NAMES,
      places: new Map(COLUMN_NAMES.map((name, place) => [name, place])),
      at: {
        session_id: 0,
        user_id: 1,
        platform: 2,
        thread_id: 3,
        created_at: 4,
        last_activity: 5,
        pending_approval: 6,
        metadata: 7,
      },
      extraNames: [],
    });
  });

  test("may come in another order (law 6)", () => {
    const names = COLUMN_NAMES.toReversed();
    expect(readColumns(names)).toMatchObject({ names, at: { session_id: 7, metadata: 0 } });
  });

  test("may stand among others, which keep their order (law 6)", () => {
    expect(readColumns(["z", ...COLUMN_NAMES, "b", "a"])).toMatchObject({
      at: { session_id: 1, metadata: 8 },
      extraNames: ["z", "b", "a"],
    });
  });

  test("may stand among several columns without a name, as spreadsheets add them", () => {
    expect(readColumns([...COLUMN_NAMES, "", ""])).toMatchObject({
      names: [...COLUMN_NAMES, "", ""],
      extraNames: [],
    });
  });
});
