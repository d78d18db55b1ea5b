import { describe, expect, test } from "vitest";
import { Random } from "../../src/demo/random.js";

describe("Random", () => {
  test("gives these numbers for seed 1", () => {
    const random = new Random(1);
    expect([random.uint32(), random.uint32(), random.uint32(), random.uint32()]).toEqual([
      2183532848, 3487913190, 4072698506, 4181172919,
    ]);
  });

  test("spreads below() evenly and within its bound", () => {
    const random = new Random(2);
    const counts = [0, 0, 0, 0, 0];
    for (let i = 0; i < 50_000; i++) {
      const n = random.below(5);
      counts[n] = (counts[n] ?? NaN) + 1;
    }
    expect(counts).toHaveLength(5);
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(600);
  });

  test("keeps fraction() from 0 to below 1", () => {
    const random = new Random(3);
    const fractions = Array.from({ length: 10_000 }, () => random.fraction());
    expect(Math.min(...fractions)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...fractions)).toBeLessThan(1);
    expect(fractions.reduce((sum, fraction) => sum + fraction) / 10_000).toBeCloseTo(0.5, 1);
  });

  test("loses no item in shuffle()", () => {
    const items = [1, 2, 3, 4, 5, 6, 7, 8, 9];
    new Random(4).shuffle(items);
    expect(items).not.toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(items.sort()).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });
});
