import { expect, test } from "vitest";
import { RecordCount, type CountedRecords } from "../../src/copies/record-count.js";
import { HEADER } from "../session/records.js";

/** Pushed in pieces of this many bytes, through one buffer that is overwritten. */
function counted(content: string | Uint8Array, pieceBytes = 64): CountedRecords {
  const bytes = Buffer.from(content);
  const count = new RecordCount();
  const buffer = Buffer.alloc(pieceBytes);
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    count.push(buffer.subarray(0, bytes.copy(buffer, 0, at)));
    buffer.fill(0x22);
  }
  return count.end();
}

test.each([
  ["nothing", "", undefined],
  ["a byte order mark", "\uFEFF", undefined],
  ["no header of ours", "a,b\n1,2\n", undefined],
  ["a header that is not closed", `"${HEADER}\ns1,\n`, undefined],
  ["a header", HEADER, 0],
  ["a header with a byte order mark", `\uFEFF${HEADER}\n`, 0],
  ["blank lines", `${HEADER}\n\ns1,\n\n`, 1],
  ["line breaks in quotes, and no last one", `${HEADER}\r\ns1,"a\nb"\r\ns2,"c\r\nd"`, 2],
])("%s", (_, content, rows) => {
  for (const pieceBytes of [1, 2, 3, 7, 64, 4096]) expect(counted(content, pieceBytes).rows).toBe(rows);
});

test("a last record that is cut off is broken, one that is only short is not", () => {
  const whole = "s1,telegram_1,telegram,t1,,,,{}";
  for (const pieceBytes of [1, 3, 64, 4096]) {
    expect(counted(`${HEADER}\n${whole}\ns2,telegr`, pieceBytes)).toMatchObject({ rows: 2, broken: 1 });
    expect(counted(`${HEADER}\ns2,telegr\n${whole}`, pieceBytes)).toMatchObject({ rows: 2, broken: 0 });
    expect(counted(`${HEADER}\n${whole}\ns2,telegr\n`, pieceBytes)).toMatchObject({ rows: 2, broken: 0 });
    expect(counted(`${HEADER}\n${whole}`, pieceBytes)).toMatchObject({ rows: 1, broken: 0 });
  }
});

test("what is broken is counted too", () => {
  expect(counted(`${HEADER}\ns1,"x"y\ns2,\ns3,"open`)).toMatchObject({ rows: 3, broken: 2 });
});

test("many records in pieces of any size", () => {
  const content = `${HEADER}\n${"s1,telegram_1,telegram,t1,,,,{}\n".repeat(60_000)}`;
  for (const pieceBytes of [1000, 65_536, 3_000_000]) expect(counted(content, pieceBytes).rows).toBe(60_000);
});

test("a long record in small pieces takes no longer than its length", () => {
  const content = `${HEADER}\ns1,"${"x".repeat(30_000_000)}"\n`;
  const start = performance.now();
  expect(counted(content, 4096).rows).toBe(1);
  expect(performance.now() - start).toBeLessThan(3000);
});
