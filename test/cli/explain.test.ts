import { expect, test } from "vitest";
import { RULES } from "../../src/check/rules/index.js";
import { explanationText } from "../../src/cli/render/explanation.js";
import { PLAIN_STYLE } from "../../src/cli/render/style.js";
import { Folder, HEADER } from "./context.js";

const CODES = Object.keys(RULES);
const RULE = { severity: "error", title: "a title", trigger: "When it is.", repair: "Does it." } as const;

function explained(example: Parameters<typeof explanationText>[2], width = Infinity): string {
  return explanationText("the-code", RULE, example, { width, style: PLAIN_STYLE });
}

test("every code is explained, with an example", async () => {
  for (const code of CODES) {
    const { stdout, stderr, exitCode } = await new Folder().run(["explain", code]);
    expect({ stderr, exitCode }, code).toEqual({ stderr: "", exitCode: 0 });
    const { severity, title, trigger } = RULES[code as keyof typeof RULES];
    expect(stdout).toContain(`${severity}[${code}] ${title}\n\nWhen    ${trigger}\nRepair  `);
    expect(stdout).toContain("\n\nBefore:\n  ");
  }
});

test("the example is shown before and after, with what was set aside", () => {
  const example = { before: "a,b\r\n1,None\r\n2,\xe9\0\r\r\n", after: "a,b\r\n1,\r\n", quarantine: '{"line":3}\n' };
  expect(explained(example)).toBe(
    [
      "error[the-code] a title",
      "",
      "When    When it is.",
      "Repair  Does it.",
      "",
      "Before:",
      "  a,b",
      "  1,None",
      "  2,\\xe9\\x00\\r",
      "",
      "After:",
      "  a,b",
      "  1,",
      "",
      "Set aside:",
      '  {"line":3}',
      "",
    ].join("\n"),
  );
});

test("an example that stays as it is, an empty one, a long one", () => {
  expect(explained({ before: "a\n", after: "a\n" })).toMatch(/\n\nBefore:\n {2}a\n\nAfter:\n {2}\(the same\)\n$/);
  expect(explained({ before: "" })).toMatch(/\n\nBefore:\n {2}\(no bytes\)\n$/);
  expect(explained({ before: "a\n".repeat(20) })).toMatch(/\n {2}a\n {2}… and 12 more lines\n$/);
});

test("on a terminal no line is wider than that", () => {
  const text = explained({ before: `${HEADER}\n` }, 40);
  expect(Math.max(...text.split("\n").map((line) => line.length))).toBeLessThanOrEqual(40);
  expect(text.replaceAll(/\n +/g, "")).toContain(HEADER);
});

test("without a code all are listed in their order", async () => {
  const { stdout, exitCode } = await new Folder().run(["explain"], { terminal: true, env: { NO_COLOR: "1" } });
  expect(exitCode).toBe(0);
  const [header, ...lines] = stdout.trimEnd().split("\n");
  expect(header).toMatch(/^CODE +SEVERITY +WHAT IS WRONG$/);
  expect(lines.map((line) => line.split(" ")[0])).toEqual(CODES);
});

test("for programs", async () => {
  const folder = new Folder();
  const list = JSON.parse((await folder.run(["explain", "--json"])).stdout) as object[];
  expect(list).toHaveLength(CODES.length);
  expect(list[0]).toEqual({ code: "empty-file", severity: "error", title: RULES["empty-file"].title });
  const one: unknown = JSON.parse((await folder.run(["explain", "byte-order-mark", "--json"])).stdout);
  expect(one).toMatchObject({
    code: "byte-order-mark",
    ...RULES["byte-order-mark"],
    example: { before: expect.stringMatching(/^\ufeffsession_id,/) as string },
  });
  const bytes: unknown = JSON.parse((await folder.run(["explain", "compressed", "--json"])).stdout);
  expect(bytes).toMatchObject({ example: { before: { base64: expect.stringMatching(/^H4sI/) as string } } });
});

test("an unknown code is a usage error", async () => {
  expect(await new Folder().run(["explain", "json-pyton"])).toEqual({
    stdout: "",
    stderr:
      'error: there is no code "json-pyton"\n  did you mean json-python?\n  see all codes with: sessions explain\n',
    exitCode: 2,
  });
});

test.each(["UNCLOSED-QUOTE", "error[unclosed-quote]", "Error[Unclosed-Quote]", " warning[unclosed-quote] "])(
  "a code may be written as %j",
  async (text) => {
    const { stdout, exitCode } = await new Folder().run(["explain", text]);
    expect(exitCode).toBe(0);
    expect(stdout).toContain("error[unclosed-quote]");
  },
);

test("a mistyped code in brackets is compared without them", async () => {
  const { stderr } = await new Folder().run(["explain", "error[json-pyton]"]);
  expect(stderr).toContain("did you mean json-python?");
});
