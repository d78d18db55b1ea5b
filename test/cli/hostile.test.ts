import { stripVTControlCharacters } from "node:util";
import stringWidth from "string-width";
import { expect, test } from "vitest";
import { csvFile, csvRow, Folder } from "./context.js";

const HOSTILE = {
  "an ANSI escape": "\u001b[2J\u001b[31mred",
  "a window title": "\u001b]0;owned\u0007",
  "C1 controls": "\u009b2J",
  "line breaks": "one\r\ntwo\nthree",
  "right-to-left marks": "abc\u202edcba\u2066x",
  "wide CJK": "会話の記録会話の記録会話の記録会話の記録",
  emoji: "👩‍👩‍👧‍👦👩‍👩‍👧‍👦🇩🇪🇩🇪👍🏽",
  "a flood of marks": `a${"\u0301".repeat(200)}`,
  "a very long text": "x".repeat(5000),
} as const;

const COMMANDS = [
  ["list"],
  ["find", "h"],
  ["show", "h"],
  ["stats"],
  ["stats", "--by", "user"],
  ["fields"],
  ["prune", "-n"],
  ["delete", "h", "-n"],
];
// eslint-disable-next-line no-control-regex -- what must not reach a terminal
const RAW = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;

function hostileFile(text: string): Folder {
  const folder = new Folder();
  const metadata = JSON.stringify({ [text]: text });
  const approval = JSON.stringify({ type: text, tool_name: text });
  const fields = { user: text, platform: text, pending: approval, metadata };
  folder.write("s.csv", csvFile(csvRow({ id: "h", ...fields }), csvRow({ id: `h${text}`, active: text })));
  return folder;
}

for (const columns of [80, 40]) {
  test.for(Object.entries(HOSTILE))(
    `on ${columns} columns %s neither acts on the terminal nor breaks a line`,
    async ([, text]) => {
      const folder = hostileFile(text);
      for (const argv of COMMANDS) {
        const terminal = { columns, rows: 24 };
        const { stdout, stderr, exitCode } = await folder.run([...argv, "-s", "s.csv", "--color", "always"], {
          terminal,
        });
        expect(exitCode, `${argv.join(" ")}: ${stderr}`).toBe(0);
        const shown = stripVTControlCharacters(stdout + stderr);
        expect(shown).not.toMatch(RAW);
        if (argv[0] === "list" || argv[0] === "stats") {
          expect(Math.max(...shown.split("\n").map((line) => stringWidth(line)))).toBeLessThanOrEqual(columns);
        }
        // Nothing but our own colours is an escape.
        // eslint-disable-next-line no-control-regex -- ESC itself is what is looked for
        expect((stdout + stderr).replaceAll(/\u001b\[\d+m/g, "")).not.toContain("\u001b");
      }
    },
  );
}

test.for([
  ["tsv", 3],
  ["json", 4],
  ["jsonl", 2],
  ["md", 4],
  ["ids", 2],
] as const)("in a pipe hostile text stays in its row of %s", async ([format, lines]) => {
  const folder = hostileFile("a\tb\r\n\u001b[31m");
  const { stdout } = await folder.run(["list", "-s", "s.csv", "--format", format]);
  expect(stdout).not.toContain("\u001b");
  expect(stdout.trimEnd().split("\n").length).toBe(lines);
});

test("a question shows a sample of hostile text made visible", async () => {
  const folder = hostileFile("\u001b[2J");
  const { stderr } = await folder.run(["delete", "h", "-s", "s.csv"], {
    terminal: true,
    answers: ["n"],
    env: { NO_COLOR: "1" },
  });
  expect(stderr).toContain("\\x1b[2J");
  expect(stderr).not.toContain("\u001b");
});
