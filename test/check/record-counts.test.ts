// What a plan says of how many records there are, where later findings take records back.
import { expect, test } from "vitest";
import { HEADER, planOf } from "./planning.js";
import { lineOf } from "./record-parts.js";

const HEALED = `${lineOf()},`;
const NEWER = lineOf({ last_activity: "2024-05-01T12:00:00.000001" });

test("a record that was healed and then gave way to a newer version is not counted as healed", () => {
  expect(planOf(`${HEADER}\n${HEALED}\n${NEWER}\n`).records).toEqual({
    kept: 1,
    healed: 0,
    quarantined: 1,
    duplicates: 1,
  });
});

test("a record that was healed and is a copy is not counted as healed", () => {
  expect(planOf(`${HEADER}\n${lineOf()}\n${HEALED}\n`).records).toEqual({
    kept: 1,
    healed: 0,
    quarantined: 0,
    duplicates: 1,
  });
});

test("a record that is healed and stays is", () => {
  expect(
    planOf(`${HEADER}\n${NEWER}\n${HEALED}\n${lineOf({ session_id: "33333333-1111-4111-8111-111111111111" })},\n`)
      .records,
  ).toEqual({
    kept: 1,
    healed: 1,
    quarantined: 1,
    duplicates: 1,
  });
});

test("a header that is put before a record that does not stay is no healed record", () => {
  expect(planOf(`${lineOf()}\n${NEWER}\n`).records).toEqual({ kept: 1, healed: 0, quarantined: 1, duplicates: 1 });
  expect(planOf(`${HEALED}\n${NEWER}\n`).records).toEqual({ kept: 1, healed: 0, quarantined: 1, duplicates: 1 });
});
