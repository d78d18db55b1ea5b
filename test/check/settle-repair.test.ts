// What a damaged file looks like as a whole can differ from what is left of it; then one check is not enough.
import { expect, test } from "vitest";
import { HEADER, outputOf, planOf } from "./planning.js";

const MARKED = [
  `edf93956-a1bd-46ff-898b-4f42407681d9,d,d,ab,2025-09-23T13:39:01.47,20\n25-09-23T13:53:22.96,"{"l"":"a""}",{}\r\n`,
  `> 2750e52a-3dc0-402d-81a5-ec2856ba4eda,4,am,5,20\n25-09-08T11:49:43.99,2025-09-08T12:09:58.31,,"{"e"":"w"", """: 3}"`,
].join("");
const MENDED = [
  `${HEADER}\n`,
  `edf93956-a1bd-46ff-898b-4f42407681d9,d,d,ab,2025-09-23T13:39:01.47,2025-09-23T13:53:22.96,"{""l"":""a""}",{}\n`,
  `2750e52a-3dc0-402d-81a5-ec2856ba4eda,4,am,5,2025-09-08T11:49:43.99,2025-09-08T12:09:58.31,,"{""e"":""w"", """": 3}"\n`,
].join("");

test("a mark before a record that was split as well goes with the first repair", () => {
  const plan = planOf(MARKED);
  expect(outputOf(plan)).toBe(MENDED);
  expect(plan.records).toEqual({ kept: 0, healed: 2, quarantined: 0, duplicates: 0 });
  expect([...plan.segments()].map(({ kind, byteLength }) => [kind, byteLength])).toEqual([
    ["healed", 0],
    ["healed", 109],
    ["healed", MARKED.length - 109],
  ]);
});

test("what looks like a header at first, and not when it is written, is set aside whole", () => {
  const text = "20b05f3a-08\x0099-44\x0043-9e8c-ab22\x0072e9f4f5,threid,createt,lasttivity,pendiapproval";
  const plan = planOf(text);
  expect(outputOf(plan)).toBe(`${HEADER}\r\n`);
  expect([...plan.quarantine()]).toMatchObject([{ line: 1, byteOffset: 0, byteLength: text.length }]);
  expect(plan.records).toEqual({ kept: 0, healed: 0, quarantined: 1, duplicates: 0 });
});

test("an error that only shows in what is left of the file is one that stays", () => {
  const text = [
    "id,user_id,platform,thread_id,cr,last_activity,ppproval,",
    '\'29a7a1a5-52de-4b31-be08-0c32364e49ab,sl7840,slack,b1113b2d8eb1,2025-09-01T05:56:39.222315,2025-09-01T08:36:18.834406,,"{""note"": ""she said \\"t"", ""n"": 1}"',
    '\'5a82cf13-88dd-45fc-a482-cf1e3dc259ae,sla652,slack,4d4c4209be04,2025-09-19T05:00:55.577957,2025-09-19T18:40:47.900403,"{""type"": ""approest"", ""args"": {""anchor"": [""body"", 0]}}","{""last_error"": ""Trace\'""}"',
    '\'0340a933-cd45-402e-9090-0a4a0686a49b,teleg7512,telegram,64}01ef6-3084-48b9-9e80-9e1638b39c38,2025-08-10T06:29:54.250356,2025-08-10T08:03:31.840404,,"{""chat_id"":23456, "e"": ""li_wei""}',
  ].join("");
  const plan = planOf(text);
  expect(plan.records.healed).toBe(3);
  expect(plan.unresolved).toBe(planOf(outputOf(plan)).unresolved);
  expect(plan.unresolved).toBe(1);
});

test("a file in which only a person can decide is settled too", () => {
  const record = "u1,telegram,t1,2025-01-02T03:04:05,2025-01-01T00:00:00,,{}";
  const text = `${HEADER}\n0f8fad5b-d9cb-469f-a165-70867728950e,${record}\n\n`;
  const plan = planOf(text);
  expect(plan.unresolved).toBe(planOf(outputOf(plan)).unresolved);
  expect(outputOf(plan)).toBe(text.slice(0, -1));
});
