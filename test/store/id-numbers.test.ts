import { expect, test } from "vitest";
import { IdNumbers } from "../../src/store/id-numbers.js";

test("an id has the last number that it was given", () => {
  const ids = ["a", "", "b", "a", "é", "a"];
  const numbers = new IdNumbers((number, id) => ids[number] === id);
  expect(ids.map((id, number) => numbers.set(id, number))).toEqual([undefined, undefined, undefined, 0, undefined, 3]);
  expect(["a", "", "b", "é", "c"].map((id) => numbers.find(id))).toEqual([5, 1, 2, 4, undefined]);
});

test("all of many ids are found, however often the table grows", () => {
  const ids = Array.from({ length: 100_000 }, (_, n) => (n % 2 === 0 ? `telegram_${n}` : n.toString(16)));
  const numbers = new IdNumbers((number, id) => ids[number] === id);
  expect(ids.filter((id, number) => numbers.set(id, number) !== undefined)).toEqual([]);
  expect(ids.filter((id, number) => numbers.find(id) !== number)).toEqual([]);
});

test("an id whose hash another one has is another id", () => {
  const told: [number, string][] = [];
  const numbers = new IdNumbers((number, id) => {
    told.push([number, id]);
    return number === 1;
  });
  expect([numbers.set("a", 0), numbers.set("a", 1), numbers.find("a")]).toEqual([undefined, undefined, 1]);
  expect(told).toEqual([
    [0, "a"],
    [0, "a"],
    [1, "a"],
  ]);
});
