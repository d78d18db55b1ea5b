import { describe, expect, test } from "vitest";
import { findDateOrder, readTime } from "../../src/check/times.js";
import { memorySource } from "../../src/store/csv-source.js";

const order = (text: string) => findDateOrder(memorySource(Buffer.from(text)));

test("a time as the backend writes it stays", () => {
  const text = "2024-05-01T10:20:30.123456";
  expect(readTime(text, undefined)).toEqual({ text, isForeign: false, isLossy: false });
});

describe("understood is", () => {
  test.each([
    ["2024/05/01 10:20:30", "2024-05-01T10:20:30"],
    ["20240501T102030Z", "2024-05-01T10:20:30"],
    ["1 May 2024 10:20:30", "2024-05-01T10:20:30"],
    ["May 1, 2024 10:20:30 PM", "2024-05-01T22:20:30"],
    ["Wed May 1 10:20:30 2024", "2024-05-01T10:20:30"],
    ["1714558830", "2024-05-01T10:20:30"],
    ["1714558830123", "2024-05-01T10:20:30.123000"],
    ["31/05/2024 10:20:30", "2024-05-31T10:20:30"],
  ])("%s", (text, iso) => {
    expect(readTime(text, undefined)).toMatchObject({
      text: expect.stringContaining(iso) as string,
      isForeign: true,
      isLossy: false,
    });
  });
});

test.each(["2024/05/01 10:20", "03/04/2024 10:20:30", "45413.4309", "1714558830123456789"])("lossy is %s", (text) => {
  expect(readTime(text, undefined)?.isLossy).toBe(true);
});

test.each(["", "yesterday", "2024-13-01 10:20:30", "2023-02-29T10:20:30", "2024/05/01", "999", "2024/05/01 25:00:00"])(
  "refused is %j",
  (text) => {
    expect(readTime(text, undefined)).toBeUndefined();
  },
);

test("the order of a file decides between day and month", () => {
  expect(readTime("03/04/2024 10:20:30", "day first")).toMatchObject({
    text: expect.stringContaining("2024-04-03T") as string,
    isLossy: false,
  });
  expect(readTime("03/04/2024 10:20:30", "month first")).toMatchObject({
    text: expect.stringContaining("2024-03-04T") as string,
    isLossy: false,
  });
});

test("numbers above 12 are days, and both kinds tell nothing", () => {
  expect(order("a,13/04/2024 10:00\n")).toBe("day first");
  expect(order("a,04/13/2024 10:00\n")).toBe("month first");
  expect(order("a,13/04/2024 10:00,04/13/2024 10:00\n")).toBeUndefined();
  expect(order("a,03/04/2024 10:00\n")).toBeUndefined();
});

test("an offset that no place has is none: digits stand there that mean something else", () => {
  expect(readTime("2025-10-18 12:12:28 -1915", undefined)).toBeUndefined();
  expect(readTime("2025-08-29T13:30:24.4-1123", undefined)).toBeUndefined();
  expect(readTime("2025-10-18 12:12:28 +0545", undefined)).toMatchObject({ text: "2025-10-18T06:27:28" });
  expect(readTime("2025-10-18 12:12:28 +1400", undefined)).toMatchObject({ text: "2025-10-17T22:12:28" });
});

test.each(["2025-09-08T:09:58.31", "2025-09-08 09:58.31", "2025/09/08 09.58:31", "2025/09/08 :09:58"])(
  "a time that may have lost its hour is none: %s",
  (text) => {
    expect(readTime(text, undefined)).toBeUndefined();
  },
);

test.each(["2025/09/08 09.58.31", "2025/09/08:09:58:31", "2025/09/08, 09:58:31"])("%s has an hour", (text) => {
  expect(readTime(text, undefined)).toMatchObject({ text: "2025-09-08T09:58:31", isLossy: false });
});

test("a number that starts like a year is no count of seconds", () => {
  expect(readTime("2025378798", undefined)).toBeUndefined();
  expect(readTime("1999999999", undefined)).toMatchObject({ text: "2033-05-18T03:33:19" });
});
