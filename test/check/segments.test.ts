// Law 8: segments cover the content, and each value of a record stands in the output or in the quarantine.
import fc from "fast-check";
import { expect, test } from "vitest";
import type { RepairPlan } from "../../src/check/repair.js";
import { HEADER, outputOf, planOf } from "./planning.js";

const id = (number: number): string => `${String(number).padStart(8, "0")}-1111-4111-8111-111111111111`;
const thread = (number: number): string => `${String(number).padStart(8, "0")}-2222-4222-8222-222222222222`;

const valuesOf = (number: number, minute: number, mark: string): string[] => [
  id(number),
  `web_user${number}`,
  "web",
  thread(number),
  "2024-05-01T10:00:00.000001",
  `2024-05-01T11:${String(minute).padStart(2, "0")}:00.000001`,
  "",
  `"{""mark"": ""${mark}""}"`,
];

type Harm = "none" | "copy" | "older" | "newer" | "split" | "torn" | "joined" | "nul" | "blank" | "header";

interface Draft {
  readonly harm: Harm;
  /** Which earlier record a copy is of. */
  readonly of: number;
}

interface Made {
  readonly text: string;
  /** Values that must stand somewhere. */
  readonly marks: readonly string[];
}

/** @param tail what a record has behind its own columns */
function make(drafts: readonly Draft[], header: string, tailOf: (mark: string) => string, later?: string): Made {
  const marks: string[] = [];
  let text = `${header}\n`;
  drafts.forEach(({ harm, of }, number) => {
    const mark = `mark${number}x`;
    const earlier = of % (number + 1);
    const isVersion = harm === "older" || harm === "newer";
    const minute = harm === "older" ? 5 : harm === "newer" ? 55 : 30;
    const values =
      harm === "copy" ? valuesOf(earlier, 30, `mark${earlier}x`) : valuesOf(isVersion ? earlier : number, minute, mark);
    const line = `${values.join(",")}${tailOf(harm === "copy" ? `mark${earlier}x` : mark)}`;
    if (harm === "torn") text += `${line.slice(0, 60)}\n`;
    else if (harm === "split") text += `${line.slice(0, 48)}\n${line.slice(48)}\n`;
    else if (harm === "joined") text += line;
    else if (harm === "nul") text += `\0\0\0\0\0\0${line}\n`;
    else if (harm === "blank") text += `\n${line}\n`;
    else if (harm === "header") text += `${later ?? header}\n${line}\n`;
    else text += `${line}\n`;
    if (harm !== "torn") marks.push(mark);
  });
  return { text, marks: marks.filter((mark) => text.includes(mark)) };
}

/** The segments in order, without gaps, up to the end. */
function expectPartition(plan: RepairPlan): void {
  let at = 0;
  for (const { byteOffset, byteLength } of plan.segments()) {
    expect(byteOffset).toBe(at);
    expect(byteLength).toBeGreaterThanOrEqual(0);
    at += byteLength;
  }
  expect(at).toBe(plan.content.byteLength);
}

function expectNothingLost({ text, marks }: Made): void {
  const plan = planOf(text);
  expectPartition(plan);
  const aside = Array.from(plan.quarantine(), (segment) =>
    Buffer.from(plan.read(segment.byteOffset, segment.byteLength)),
  );
  const all = outputOf(plan) + Buffer.concat(aside).toString();
  expect(marks.filter((mark) => !all.includes(mark))).toEqual([]);
}

const harms: readonly Harm[] = [
  "none",
  "none",
  "copy",
  "older",
  "newer",
  "split",
  "torn",
  "joined",
  "nul",
  "blank",
  "header",
];
const drafts = fc.array(fc.record({ harm: fc.constantFrom(...harms), of: fc.nat({ max: 20 }) }), { maxLength: 12 });

function expectAlways(header: string, tailOf: (mark: string) => string, later?: string): void {
  fc.assert(
    fc.property(drafts, (list) => expectNothingLost(make(list, header, tailOf, later))),
    { numRuns: 200 },
  );
}

test("of eight columns", () => expectAlways(HEADER, () => ""));

test("of a column of another program", () => expectAlways(`${HEADER},note`, (mark) => `,note-${mark}`));

test("of two columns of one name", () => expectAlways(`${HEADER},note,note`, (mark) => `,left-${mark},right-${mark}`));

test("of columns without a name", () => expectAlways(`${HEADER},,`, (mark) => `,left-${mark},right-${mark}`));

test("every further value of records with two columns of one name, or without", () => {
  for (const header of [`${HEADER},note,note`, `${HEADER},,`]) {
    fc.assert(
      fc.property(drafts, (list) => {
        const made = make(list, header, (mark) => `,left-${mark},right-${mark}`);
        const marks = made.marks.flatMap((mark) => [`left-${mark}`, `right-${mark}`]);
        expectNothingLost({ ...made, marks: marks.filter((mark) => made.text.includes(mark)) });
      }),
      { numRuns: 100 },
    );
  }
});

test("a second header may name a further column, whose values are not lost", () => {
  const first = `${valuesOf(1, 30, "one").join(",")}\n`;
  const second = `${valuesOf(2, 30, "two").join(",")},extra-value\n`;
  expectNothingLost({ text: `${HEADER}\n${first}${HEADER},note\n${second}`, marks: ["one", "two", "extra-value"] });
});
