// What screens, mails, logs and tools put around the lines of a file.
import type { Random } from "../../../src/demo/random.js";
import type { Draft, Line } from "./draft.js";
import { kindsOf, mangle, type Kind, type KindOptions } from "./kind.js";

const { file } = kindsOf("paste");

type Place = (place: number, line: Line) => string;

function prefixed(name: string, prefix: Place, options: KindOptions = {}): Kind {
  return file(name, (draft) => (draft.prefix = prefix), options);
}

function raw(text: string): Line {
  return { raw: text, fields: [] };
}

/** Lines before and behind the file. */
function around(name: string, before: readonly string[], behind: readonly string[], options: KindOptions = {}): Kind {
  return file(
    name,
    (draft) => {
      draft.lines.unshift(...before.map(raw));
      draft.lines.push(...behind.map(raw));
    },
    options,
  );
}

/** Lines somewhere between the rows. */
function between(name: string, texts: readonly string[], options: KindOptions = {}): Kind {
  return file(
    name,
    (draft, random) => {
      for (const text of texts) draft.lines.splice(2 + random.below(draft.lines.length - 2), 0, raw(text));
    },
    options,
  );
}

const padded = (place: number, width: number) => place.toString().padStart(width);

/** As `cat -A` shows it. */
function catA(draft: Draft): void {
  const end = draft.lineEnd === "\r\n" ? "^M$" : "$";
  draft.suffix = () => end;
  draft.lineEnd = "\n";
}

/** A diff in the old format, of a file that was emptied or made. */
function oldDiff(draft: Draft, random: Random): void {
  const at = 3 + random.below(draft.lines.length - 4);
  const line = draft.lines[at];
  if (line?.row === undefined) return;
  const values = draft.valuesOf(line.row);
  const old = { ...values, last_activity: values.created_at };
  draft.stale.push(old);
  for (const each of draft.lines) mangle(each, (text) => `> ${text}`);
  draft.lines.unshift(raw("0a1,99"));
  draft.lines.splice(at + 1, 0, { fields: Object.values(old), mangles: [(text) => `< ${text}`] }, raw("---"));
}

function newFileDiff(draft: Draft): void {
  for (const line of draft.lines) mangle(line, (text) => `+${text}`);
  draft.lines.unshift(
    ...[
      "diff --git a/sessions.csv b/sessions.csv",
      "new file mode 100644",
      "index 0000000..3b18e51",
      "--- /dev/null",
    ].map(raw),
    raw("+++ b/sessions.csv"),
    raw(`@@ -0,0 +1,${draft.lines.length} @@`),
  );
  draft.lines.push(raw("\\ No newline at end of file"));
}

/** As quoted-printable text of a mail. */
function quotedPrintable(draft: Draft): void {
  for (const line of draft.lines) {
    mangle(line, (text) => (text.replaceAll("=", "=3D").match(/.{1,73}(?:=..)?/g) ?? [""]).join("=\r\n"));
  }
}

export const PASTE: readonly Kind[] = [
  prefixed("mail-quote", () => "> "),
  prefixed("mail-quote-tight", () => ">"),
  prefixed("mail-quote-twice", () => "> > "),
  prefixed("mail-quote-bar", () => "| "),
  prefixed("grep-n", (place) => `${place}:`),
  prefixed("grep-h", () => "sessions.csv:"),
  prefixed("grep-hn", (place) => `data/sessions.csv:${place}:`),
  prefixed("grep-context", (place) => `${place}${place % 3 === 0 ? ":" : "-"}`),
  prefixed("nl", (place) => `${padded(place, 6)}\t`),
  prefixed("cat-n", (place) => `${padded(place, 6)}  `),
  prefixed("numbers-and-dot", (place) => `${place}. `),
  prefixed("numbers-and-paren", (place) => `${place}) `),
  prefixed("numbers-and-bar", (place) => `${padded(place, 4)} | `),
  prefixed("numbers-and-arrow", (place) => `${padded(place, 6)}→`),
  prefixed("numbers-padded-with-zeros", (place) => `${place.toString().padStart(4, "0")} `),
  prefixed("numbers-from-other-start", (place) => `${place + 1000}: `),
  prefixed("indent-4", () => "    "),
  prefixed("indent-tab", () => "\t"),
  prefixed("indent-uneven", (place) => " ".repeat(place % 3)),
  prefixed("bullets", () => "- "),
  prefixed("stars", () => "* "),
  prefixed("all-as-comments", () => "# ", { isStretch: true }),
  prefixed("slashes", () => "// "),
  prefixed("plus-signs", () => "+"),
  prefixed("minus-signs", () => "-", { isStretch: true }),
  prefixed("compose-log", () => "bot-1  | "),
  prefixed("syslog", (place) => `Sep 30 10:30:${padded(place % 60, 2).replace(" ", "0")} host bot[812]: `, {
    isStretch: true,
  }),
  prefixed("docker-log-times", (place) => `2025-09-30T10:30:00.${100_000_000 + place}Z `, { isStretch: true }),
  prefixed("python-prompt", () => ">>> ", { isStretch: true }),
  prefixed("git-blame", (place) => `^3b18e51 (Ana 2025-09-30 10:30:00 +0200 ${padded(place, 3)}) `, {
    isStretch: true,
  }),
  file("cat-a", catA),
  file("cat-e-lf", catA, { base: { lineEnd: "\n" } }),
  file(
    "indent-in-some-rows",
    (draft, random) => {
      for (const line of draft.rowLines) if (random.chance(0.3)) mangle(line, (text) => `  ${text}`);
    },
    { verdict: "any" },
  ),
  file(
    "quote-mark-in-some-rows",
    (draft, random) => {
      for (const line of draft.rowLines) if (random.chance(0.3)) mangle(line, (text) => `> ${text}`);
    },
    { verdict: "any" },
  ),
  file("old-diff", oldDiff),
  file("diff-of-new-file", newFileDiff),
  file("quoted-printable", quotedPrintable, { isStretch: true }),
  around("prompts", ["$ cat sessions.csv"], ["$ "]),
  around("root-prompt", ["root@bot:/app# cat data/sessions.csv"], ["root@bot:/app# exit"]),
  around("windows-prompt", ["C:\\bot>type sessions.csv"], ["", "C:\\bot>"]),
  around("here-document", ["cat > sessions.csv <<'EOF'"], ["EOF"]),
  around("code-fence", ["```csv"], ["```"]),
  around("code-fence-and-words", ["Here is the file you asked for:", "", "```"], ["```", "", "Regards, Ana"]),
  around("comments", ["# exported 2025-09-30 10:30:00, do not edit", "# columns: see docs"], ["# end"]),
  around("comment-signs", ["; sessions", "// v2", "-- dump"], ["-- done"]),
  around("script", ["Script started on 2025-09-30 10:30:00+00:00"], ["", "Script done on 2025-09-30 10:31:02+00:00"]),
  around("head-and-tail", ["==> sessions.csv <=="], []),
  around("scissors", ["-- 8< --"], ["-- >8 --"]),
  around("count-below", [], ["", "12 rows in set (0.01 sec)"]),
  around("end-of-file-words", [], ["[EOF]"]),
  around("pager", [], ["(END)"]),
  around("more-prompt", [], ["--More--(63%)"]),
  around(
    "ssh-banner",
    [
      "Welcome to Ubuntu 22.04.4 LTS (GNU/Linux 5.15.0-91-generic x86_64)",
      "",
      "Last login: Tue Sep 30 10:30:00 2025 from 10.0.0.7",
    ],
    [],
  ),
  around("http-answer", ["HTTP/1.1 200 OK", "Content-Type: text/csv; charset=utf-8", "Content-Length: 4242", ""], []),
  around(
    "multipart",
    [
      "------WebKitFormBoundaryx7Yk",
      'Content-Disposition: form-data; name="file"; filename="sessions.csv"',
      "Content-Type: text/csv",
      "",
    ],
    ["------WebKitFormBoundaryx7Yk--"],
  ),
  around("html-pre", ["<html><body><pre>"], ["</pre></body></html>"]),
  around(
    "mail-head",
    ["From: Ana <ana@example.com>", "Date: Tue, 30 Sep 2025 10:30:00 +0000", "Subject: sessions", ""],
    ["--", "Sent from my phone"],
  ),
  around("unclosed-quote-above", ['say "hello'], []),
  around(
    "stack-trace-below",
    [],
    [
      "Traceback (most recent call last):",
      '  File "bot.py", line 42, in save',
      "    writer.writerow(row)",
      "OSError: [Errno 28] No space left on device",
    ],
  ),
  between("log-lines", [
    "2025-09-30 10:30:00,123 INFO bot: saved 12 sessions",
    "2025-09-30 10:31:00,456 WARNING bot: slow answer, 3.2 s",
  ]),
  between("log-lines-with-quotes", [
    'INFO: 10.0.0.7:5050 - "GET /health HTTP/1.1" 200 OK',
    'INFO: 10.0.0.7:5050 - "POST /chat HTTP/1.1" 200 OK',
  ]),
  between("log-line-unclosed-quote", ['ERROR could not parse "{"a": 1']),
  between("comments-between", ["# moved from the old server", "#", "# from here on: test users"]),
  between("commented-out-text", ["/* old rows", "*/"]),
  between("dashes", ["--------", "========", "~~~~"]),
  between("dots", ["...", "[...]"]),
  between("pager-prompts", ["--More--", ":"]),
  between("page-heads", ["Page 2 of 3", "sessions.csv"]),
  between("words-and-commas", ["Hello, this is a note, see below, thanks"]),
  between("eight-words", ["a,b,c,d,e,f,g,h"], {}),
  between("head-of-next-file", ["==> sessions.csv.1 <=="]),
];
