import { expect, test } from "vitest";
import { SeenIds } from "../../src/transfer/seen-ids.js";

test("an id is new once", () => {
  const seen = new SeenIds();
  expect(["a", "b", "a", "", ""].map((id) => seen.add(id))).toEqual([false, false, true, false, true]);
});

test("of 100,000 ids none counts as another, in whatever form", () => {
  const seen = new SeenIds();
  const ids = Array.from(
    { length: 100_000 },
    (_, n) => [`telegram_${n}`, n.toString(16).padStart(8, "0"), `é${n}`][n % 3] ?? "",
  );
  expect(ids.filter((id) => seen.add(id))).toEqual([]);
  expect(ids.every((id) => seen.add(id))).toBe(true);
});
