import { writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { SessionsError } from "../src/errors.js";
import { failureOf, temporaryFolder } from "./storage/folder.js";
import { fileOf, manage, row } from "./manager/managing.js";

test("a session that is not there is named, with what a terminal would obey escaped", async () => {
  const { manager, file } = await manage(fileOf(row("s1"), row("old", { idle: 100 })));
  for (const [id, shown] of [
    ["s2", '"s2"'],
    ["old", '"old"'],
    ['a"\u001b[31m\n', '"a\\"\\u001b[31m\\n"'],
  ] as const) {
    const { message, details } = await failureOf(() => manager.setPendingApproval(id, {}));
    expect(message).toBe(`SESSION_NOT_FOUND: ${file}: there is no active session ${shown}`);
    expect(details.ids).toEqual([id]);
  }
});

test.each([
  ["s.csv", (file: string) => file],
  ["it's here.csv", (file: string) => `'${file.replace("'", "'\\''")}'`],
])("of a damaged file %s the message and the hint say what to run", async (name, quoted) => {
  const file = path.join(temporaryFolder(), name);
  writeFileSync(file, `${fileOf(row("s1"))}s2,"open,telegram`);
  const { manager } = await manage(undefined, { store: file });
  const { message, hint } = await failureOf(() => manager.setPendingApproval("s1", {}));
  expect(hint).toBe(`run: sessions validate ${quoted(file)}`);
  expect(message).toBe(`STORE_DAMAGED: ${file}: where its records begin and end is in doubt (${hint ?? ""})`);
});

test("a hint of its own stands in the message, and no other code makes one up", () => {
  const { message, hint } = new SessionsError("USAGE", { reason: "n is 0", hint: "Give 1" });
  expect([message, hint]).toEqual(["USAGE: n is 0 (Give 1)", "Give 1"]);
  expect(new SessionsError("STORE_NOT_FOUND", { path: "/s.csv" })).toMatchObject({
    message: "STORE_NOT_FOUND: /s.csv",
    hint: undefined,
  });
});
