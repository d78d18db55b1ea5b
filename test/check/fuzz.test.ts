// A slice of `npm run fuzz`: random harm must never break a law of check and repair.
import { expect, test } from "vitest";
import { runCase } from "./fuzz/fuzz.js";

const SLICES = 4;
const CASES_IN_SLICE = 500;

test.each(Array.from({ length: SLICES }, (_, slice) => slice))("the laws hold after random harm, slice %d", (slice) => {
  for (let number = slice * CASES_IN_SLICE; number < (slice + 1) * CASES_IN_SLICE; number += 1) {
    const failure = runCase(number, { seed: 1, law: "" });
    const told = failure && { ...failure, bytes: undefined, shrunk: Buffer.from(failure.shrunk).toString("latin1") };
    expect(told, `npm run fuzz -- --from ${number} --cases 1`).toBeUndefined();
  }
});
