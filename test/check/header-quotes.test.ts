import { expect, test } from "vitest";
import { HEADER, outputOf, planOf } from "./planning.js";

test("a stray quote as the name of a column is written so that every reader ends the header there", () => {
  const plan = planOf(`${HEADER}, "`);
  expect(outputOf(plan)).toBe(`${HEADER}," """`);
  expect(planOf(outputOf(plan)).isIdentity).toBe(true);
});

test("a name in quotes that holds one stays as it is", () => {
  expect(planOf(`${HEADER},"a""b"\n`).isIdentity).toBe(true);
});
