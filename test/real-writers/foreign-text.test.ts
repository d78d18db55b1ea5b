// The file's bytes in a form that another program reads back: set aside whole, with the command that does so.
import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { Folder } from "../cli/context.js";
import { has, hasPython, saveSessions } from "./backend.js";
import { canDamage } from "./damage.js";

interface Validation {
  readonly errors: readonly { readonly code: string; readonly message: string }[];
  readonly warnings: readonly unknown[];
}

const [hasPerl, hasXxd] = [has("perl", "-v"), has("xxd", "-v")];
const SQL = `python3 -c 'import csv, sqlite3
rows = list(csv.reader(open("whole.csv", newline="")))
db = sqlite3.connect(":memory:")
db.execute("CREATE TABLE sessions (" + ",".join(rows[0]) + ")")
db.executemany("INSERT INTO sessions VALUES (?,?,?,?,?,?,?,?)", rows[1:])
print("\\n".join(db.iterdump()))'`;
const HTML = `python3 -c 'import csv, html
print("<table>")
for row in csv.reader(open("whole.csv", newline="")):
    print("<tr>" + "".join("<td>" + html.escape(value) + "</td>" for value in row) + "</tr>")
print("</table>")'`;

const DUMPS = [
  "xxd whole.csv",
  "xxd -p whole.csv",
  "hexdump -C whole.csv",
  "od whole.csv",
  "od -c whole.csv",
  "od -x whole.csv",
  "od -t x1 whole.csv",
  "od -A x -t x1z whole.csv",
  "base64 whole.csv",
  "base64 -w 0 whole.csv",
  "base32 whole.csv",
  "python3 -m quopri whole.csv",
];

function shell(folder: Folder, command: string): Buffer {
  return execFileSync("bash", ["-c", command], { cwd: folder.path, stdio: ["ignore", "pipe", "ignore"] });
}

/** The one finding of a file that a command prints. */
async function finding(folder: Folder, command: string): Promise<string> {
  const { rows } = saveSessions(folder.file("whole.csv"));
  folder.write("damaged", shell(folder, command));
  const { stdout } = await folder.run(["validate", "damaged", "--json", "--all"]);
  const { errors, warnings } = JSON.parse(stdout) as Validation;
  expect([...errors.map(({ code }) => code), ...warnings]).toEqual(["foreign-format"]);
  expect(rows.length).toBeGreaterThan(0);
  return errors[0]?.message ?? "";
}

test.runIf(canDamage && hasPerl && hasXxd).for(DUMPS)("%s", async (command) => {
  const folder = new Folder();
  const message = await finding(folder, command);
  const [, way = ""] = /: get the bytes back with: (.*) \| sessions repair - -o out\.csv$/s.exec(message) ?? [];
  const whole = folder.read("whole.csv");
  expect(shell(folder, way.replace("FILE", "damaged")).toString()).toBe(whole);
  const { stdout } = await folder.run(["repair", "-", "-o", "out.csv", "--json"], { stdin: whole });
  expect(JSON.parse(stdout)).toMatchObject({ changed: false });
});

test.runIf(canDamage && hasPython).for([
  ["a dump of SQL", SQL],
  ["HTML", HTML],
  ["the output of diff -y", "sed '4s/telegram/discord/' whole.csv >new.csv; diff -y -W 2000 whole.csv new.csv || true"],
] as const)("%s", async ([name, command]) => {
  expect(await finding(new Folder(), command)).toContain(`the file is ${name}`);
});
