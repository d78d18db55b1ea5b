// A second header: two files were joined, or one line was harmed.
import { expect, test } from "vitest";
import { HEADER, outputOf, planOf } from "./planning.js";

const record = (id: string, user: string): string =>
  `${id},${user},telegram,t1,2025-01-01T00:00:00,2025-01-02T00:00:00,,{}`;
const SWAPPED = HEADER.replace("session_id,user_id", "user_id,session_id");

test("its order is that of the records behind it", () => {
  const text = [HEADER, record("s1", "telegram_1"), SWAPPED, record("telegram_2", "s2"), ""].join("\n");
  expect(outputOf(planOf(text))).toBe([HEADER, record("s1", "telegram_1"), record("s2", "telegram_2"), ""].join("\n"));
});

test("it does not count where the records behind it go on as before", () => {
  const text = [HEADER, record("s1", "telegram_1"), SWAPPED, record("s2", "telegram_2"), ""].join("\n");
  expect(outputOf(planOf(text))).toBe([HEADER, record("s1", "telegram_1"), record("s2", "telegram_2"), ""].join("\n"));
});

test("it counts where nothing tells", () => {
  const text = [HEADER, record("s1", "u1"), SWAPPED, record("u2", "s2"), ""].join("\n");
  expect(outputOf(planOf(text))).toBe([HEADER, record("s1", "u1"), record("s2", "u2"), ""].join("\n"));
});
