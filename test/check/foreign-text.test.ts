import { expect, test } from "vitest";
import { foreignText } from "../../src/check/foreign-text.js";
import { COLUMN_NAMES } from "../../src/session/columns.js";

const HEADER = COLUMN_NAMES.join(",");

test.each([
  ["00000000: 7365 7373 696f 6e5f 6964 2c75 7365 725f  session_id,user_\n", "a dump of xxd"],
  ["00000000: 73 65 73 73 69  sessi\n", "a dump of xxd"],
  [
    "00000000  73 65 73 73 69 6f 6e 5f  69 64 2c 75 73 65 72 5f  |session_id,user_|\n00000010\n",
    "a dump of hexdump -C",
  ],
  ["0000000 73 65 73 73\n0000004\n", "a dump of od -t x1"],
  ["0000000 6573 7373 6f69\r\n*\r\n", "a dump of od -x or hexdump"],
  ["0000000 062563 071563\n", "a dump of od"],
  ["0000000   s   e  \\r 303   \\\n", "a dump of od -c"],
  [`${"73657373696f6e5f69642c75736572".repeat(2)}\n`, "a dump of xxd -p"],
  [`${"ONSXG43JN5XF62LE".repeat(4)}\n`, "encoded as base32"],
  [`${"c2Vzc2lvbl9pZCx1".repeat(4)}==\n`, "encoded as base64"],
  ["-- dump\nINSERT INTO sessions VALUES ('a');\n", "a dump of SQL"],
  ["COPY public.sessions (session_id) FROM stdin;\n", "a dump of SQL"],
  ["<!DOCTYPE html>\n<table><tr>", "HTML"],
  [`${HEADER}\t|\t${HEADER}\n`, "the output of diff -y, two files side by side"],
])("%j is known", (start, name) => {
  expect(foreignText(start)?.split(": ")[0]).toBe(name);
});

test.each([
  "",
  "\n",
  "0000000",
  "0000000\n0000001\n",
  "12345678\n",
  "00000000: session\n",
  "abcdef".repeat(90),
  "ABCDEF".repeat(90),
  `${HEADER}\n`,
  `${HEADER},was ${HEADER.slice(0, 10)},\n`,
  `${"a,".repeat(40)}\n`,
  `-- from the bot\n${HEADER}\n`,
  `<pre>\n${HEADER}\n`,
  `${HEADER},=\n`,
  `a=\nb=\nc=\n`,
])("%j is none of these", (start) => {
  expect(foreignText(start)).toBeUndefined();
});
