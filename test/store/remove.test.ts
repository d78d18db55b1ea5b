// Laws 2, 3 and 6: a removal takes out the selected records and nothing else.
import fs from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { CsvStore } from "../../src/store/csv-store.js";
import { parseTimestamp } from "../../src/session/timestamp.js";
import type { RemovalPlan, RemovalRequest } from "../../src/store/store.js";
import { HEADER, line } from "../session/records.js";
import { failureOf, temporaryFolder } from "../storage/folder.js";
import {
  contentOf,
  EVERYTHING,
  fileOf,
  namesBeside,
  OPTIONS,
  removalById,
  removalOf,
  storeWith,
} from "./store-file.js";

/** What a file holds after a removal. */
async function afterRemoving(content: string | Uint8Array, request: RemovalRequest): Promise<string> {
  const { file, store } = storeWith(content);
  await store.remove(request, {});
  expect(namesBeside(file)).toEqual(["s.csv"]);
  return contentOf(file);
}

const [A, B, C] = ["a", "b", "c"].map((session_id) => line({ session_id })) as [string, string, string];

describe("a record that is no session is kept byte for byte, though it is selected", () => {
  test.each([
    [
      "with a time that is none",
      line({ session_id: "b", last_activity: "then" }),
      'last_activity is no timestamp: "then"',
    ],
    ["with no time of creation", line({ session_id: "b", created_at: "" }), 'created_at is no timestamp: ""'],
    ["with broken JSON", line({ session_id: "b", metadata: '{"a":' }), 'metadata is no JSON object: {"a":'],
    ["with JSON that is no object", line({ session_id: "b", metadata: "[]" }), "metadata is no JSON object: []"],
    ["with an approval that is no JSON", line({ pending_approval: "yes" }), "pending_approval is no JSON object: yes"],
    ["with too few fields", "b,c", "2 fields where the header has 8"],
    ["with too many fields", `${B},x`, "9 fields where the header has 8"],
    ["without an id", line({ session_id: "" }), "session_id is empty"],
    ["without a user", line({ user_id: "" }), "user_id is empty"],
  ])("%s", async (_, record, message) => {
    const content = fileOf({ session_id: "a", metadata: '{"a":\n1}' }, record, C);
    const { file, store } = storeWith(content);
    const { plan } = await store.remove(EVERYTHING, {});
    expect(contentOf(file)).toBe(`${HEADER}\n${record}\n`);
    expect(plan.undecodable).toMatchObject({ count: 1, findings: [{ line: 4, message }] });
  });

  test("and counted where its selection could be told", async () => {
    const broken = line({ session_id: "b", metadata: "{" });
    const { store } = storeWith(fileOf(A, broken, "x,y"));
    expect(await store.planRemoval(EVERYTHING)).toMatchObject({ total: 3, removed: 1, keptUndecodable: 1 });
  });
});

describe("what is kept", () => {
  test("is all but the selected records", async () => {
    expect(await afterRemoving(fileOf(A, B, C), removalById("a", "c"))).toBe(fileOf(B));
  });

  test("is the header where all records go", async () => {
    expect(await afterRemoving(fileOf(A, B), EVERYTHING)).toBe(`${HEADER}\n`);
  });

  test.each<[string, string]>([
    ["a byte order mark", `\ufeff${HEADER}\r\n@${B}\r\n`],
    ["CRLF", `${HEADER}\r\n${B}\r\n@`],
    ["line breaks of both kinds", `${HEADER}\r\n${B}\n@${C}\r\n`],
    ["a file without a final line break", `${HEADER}\n@${B}`],
    ["blank lines", `${HEADER}\n\n${B}\n\r\n@\n${C}\n\n`],
    ["quotes where none are needed", `${HEADER}\n"b"${B.slice(1)}\n@`],
    ["an empty value that is quoted", `${HEADER}\nb,u,p,t,2025-09-30T10:00:00,2025-09-30T10:00:00,"",""\n@`],
    ["empty fields beyond the header's", `${HEADER}\n${B},,\n@`],
    ["a stray quote", `${HEADER}\n${B.replace("gram", 'gr"am')}\n@`],
    ["times in another form", `${HEADER}\n@${B.replaceAll("T", " ")}\n`],
    ["a header with quotes", `${HEADER.replaceAll(/\w+/g, '"$&"')}\n@${B}\n`],
  ])("keeps %s (law 6)", async (_, kept) => {
    expect(await afterRemoving(kept.replace("@", `${A}\n`), removalById("a"))).toBe(kept.replace("@", ""));
  });

  test("keeps columns of others in any order (law 6)", async () => {
    const header = "team,metadata,session_id,user_id,platform,thread_id,created_at,last_activity,pending_approval,note";
    const record = (id: string): string => `red,{},${id},u,p,t,2025-09-30T10:00:00,2025-09-30T10:00:00,,"a\nb"\n`;
    const content = `${header}\n${record("a")}${record("b")}`;
    expect(await afterRemoving(content, removalById("a"))).toBe(`${header}\n${record("b")}`);
  });

  test("ends without a line break where the last record went and the one before it had one", async () => {
    expect(await afterRemoving(`${fileOf(A)}${B}`, removalById("b"))).toBe(fileOf(A));
  });

  test("keeps its mode", async () => {
    const { file, store } = storeWith(fileOf(A, B));
    fs.chmodSync(file, 0o640);
    await store.remove(removalById("a"), {});
    expect(fs.statSync(file).mode & 0o777).toBe(0o640);
  });

  test("lies behind a symbolic link that stays one", async () => {
    const { file } = storeWith(fileOf(A, B));
    const link = path.join(temporaryFolder(), "link.csv");
    fs.symlinkSync(file, link);
    await CsvStore.atPath(link, OPTIONS).remove(removalById("a"), {});
    expect([fs.readlinkSync(link), contentOf(file), namesBeside(link)]).toEqual([file, fileOf(B), ["link.csv"]]);
  });

  test("is copied over many windows and write buffers", async () => {
    const records = Array.from({ length: 30_000 }, (_, index) =>
      line({ session_id: `s${index}`, metadata: JSON.stringify({ text: "x".repeat(index % 200) }) }),
    );
    const selection = removalOf([{ type: "where", field: "session_id", comparison: "~", value: "[37]$" }]);
    const expected = fileOf(...records.filter((_, index) => ![3, 7].includes(index % 10)));
    expect((await afterRemoving(fileOf(...records), selection)) === expected).toBe(true);
  });
});

describe("a removal of nothing", () => {
  test("writes nothing, so that the file stays the same one", async () => {
    const { file, store } = storeWith(fileOf(A));
    const before = fs.statSync(file, { bigint: true });
    await store.remove(removalById("x"), {});
    const after = fs.statSync(file, { bigint: true });
    expect([after.ino, after.mtimeNs, namesBeside(file)]).toEqual([before.ino, before.mtimeNs, ["s.csv"]]);
  });
});

describe("duplicates of an id", () => {
  test("go together", async () => {
    expect(await afterRemoving(fileOf(A, B, A), removalById("a"))).toBe(fileOf(B));
  });

  test("go one by one where the selection tells them apart", async () => {
    const old = line({ session_id: "a", last_activity: "2025-09-30T09:00:00" });
    const until = parseTimestamp("2025-09-30T10:00:00");
    const selection = removalOf([{ type: "time", column: "last_activity", until }]);
    expect(await afterRemoving(fileOf(A, old, A), selection)).toBe(fileOf(A, A));
  });
});

describe("sessions with a pending approval", () => {
  const pending = line({ session_id: "b", pending_approval: '{"type": "x"}' });

  test("go with the others, and are counted", async () => {
    const { file, store } = storeWith(fileOf(A, pending));
    const { plan } = await store.remove(EVERYTHING, {});
    expect([contentOf(file), plan.removed, plan.removedPending]).toEqual([fileOf(), 2, 1]);
  });

  test("stay where they are to be kept, and are counted", async () => {
    const { file, store } = storeWith(fileOf(A, pending, line({ session_id: "c", pending_approval: "null" })));
    const { plan } = await store.remove(removalOf([], { keepPending: true }), {});
    expect([contentOf(file), plan.removed, plan.keptPending]).toEqual([fileOf(pending), 2, 1]);
  });
});

describe("the plan", () => {
  const TIMES = ["08:00:00", "10:00:00.000001", "09:00:00"].map((time, index) =>
    line({ session_id: `s${index}`, last_activity: `2025-09-30T${time}` }),
  );

  test("says what would go, and writes nothing", async () => {
    const { file, store } = storeWith(fileOf(...TIMES));
    const plan = await store.planRemoval({ ...EVERYTHING, collectIds: true });
    expect({ ...plan, sample: plan.sample.map(({ sessionId }) => sessionId) }).toEqual({
      total: 3,
      removed: 3,
      removedPending: 0,
      keptPending: 0,
      keptUndecodable: 0,
      undecodable: { count: 0, findings: [] },
      oldest: parseTimestamp("2025-09-30T08:00:00"),
      newest: parseTimestamp("2025-09-30T10:00:00.000001"),
      sample: ["s0", "s1", "s2"],
      ids: new Set(["s0", "s1", "s2"]),
    });
    expect([contentOf(file), fs.readdirSync(path.dirname(file))]).toEqual([fileOf(...TIMES), ["s.csv"]]);
  });

  test("of nothing has no times and no sample", async () => {
    const { store } = storeWith(fileOf(A));
    expect(await store.planRemoval(removalById("x"))).toMatchObject({
      total: 1,
      removed: 0,
      oldest: undefined,
      newest: undefined,
      sample: [],
      ids: undefined,
    });
  });

  test("shows the first five", async () => {
    const ids = ["1", "2", "3", "4", "5", "6"];
    const { store } = storeWith(fileOf(...ids.map((session_id) => ({ session_id }))));
    const { sample } = await store.planRemoval(EVERYTHING);
    expect(sample.map(({ sessionId }) => sessionId)).toEqual(["1", "2", "3", "4", "5"]);
  });

  test("does not count blank lines", async () => {
    const { store } = storeWith(fileOf("", A, ""));
    expect((await store.planRemoval(EVERYTHING)).total).toBe(1);
  });

  test("that is approved is the plan that was made before, and the one in the result", async () => {
    const { store } = storeWith(fileOf(A, B));
    const planned = await store.planRemoval(removalById("a"));
    let approved: RemovalPlan | undefined;
    const { plan, warnings } = await store.remove(removalById("a"), { approve: (one) => (approved = one) });
    expect([approved, plan, warnings]).toEqual([plan, planned, []]);
  });
});

describe("a removal that is called off", () => {
  test.each([true, false])(
    "by approve has written nothing, and its error is passed on (removes: %s)",
    async (removes) => {
      const { file, store } = storeWith(fileOf(A, B));
      const before = fs.statSync(file, { bigint: true }).ino;
      const refusal = new Error("no");
      const removal = store.remove(removalById(removes ? "a" : "x"), {
        approve: () => {
          throw refusal;
        },
      });
      await expect(removal).rejects.toBe(refusal);
      expect([contentOf(file), fs.statSync(file, { bigint: true }).ino, namesBeside(file)]).toEqual([
        fileOf(A, B),
        before,
        ["s.csv"],
      ]);
    },
  );

  test("by a signal that fired before has written nothing", async () => {
    const { file, store } = storeWith(fileOf(A, B));
    const failure = await failureOf(() => store.remove(removalById("a"), { signal: AbortSignal.abort() }));
    expect([failure.code, contentOf(file), namesBeside(file)]).toEqual(["CANCELLED", fileOf(A, B), ["s.csv"]]);
  });

  test("by a signal that fires while it is approved has written nothing", async () => {
    const { file, store } = storeWith(fileOf(A, B));
    const abort = new AbortController();
    const control = { signal: abort.signal, approve: () => abort.abort() };
    const failure = await failureOf(() => store.remove(removalById("a"), control));
    expect([failure.code, contentOf(file), namesBeside(file)]).toEqual(["CANCELLED", fileOf(A, B), ["s.csv"]]);
  });

  test("leaves the lock free for the next one", async () => {
    const { file, store } = storeWith(fileOf(A, B));
    await failureOf(() => store.remove(removalById("a"), { signal: AbortSignal.abort() }));
    await store.remove(removalById("b"), {});
    expect(contentOf(file)).toBe(fileOf(A));
  });
});

describe("a new file", () => {
  test("has our header and CRLF, and mode 0600", async () => {
    const file = path.join(temporaryFolder(), "s.csv");
    await CsvStore.atPath(file, OPTIONS).create({});
    expect([contentOf(file), fs.statSync(file).mode & 0o777, namesBeside(file)]).toEqual([
      `${HEADER}\r\n`,
      0o600,
      ["s.csv"],
    ]);
  });

  test("is not made where there is one, which stays as it is", async () => {
    const { file, store } = storeWith("precious");
    expect((await failureOf(() => store.create({}))).code).toBe("STORE_EXISTS");
    expect([contentOf(file), namesBeside(file)]).toEqual(["precious", ["s.csv"]]);
  });

  test("is not made where a link leads nowhere, and the link stays", async () => {
    const link = path.join(temporaryFolder(), "s.csv");
    fs.symlinkSync("nowhere", link);
    expect((await failureOf(() => CsvStore.atPath(link, OPTIONS).create({}))).code).toBe("STORE_EXISTS");
    expect([fs.readlinkSync(link), namesBeside(link)]).toEqual(["nowhere", ["s.csv"]]);
  });

  test("is not made in a folder that is not there", async () => {
    const store = CsvStore.atPath(path.join(temporaryFolder(), "none", "s.csv"), OPTIONS);
    expect((await failureOf(() => store.create({}))).code).toBe("IO_FAILED");
  });

  test("is made by one of several at once", async () => {
    const file = path.join(temporaryFolder(), "s.csv");
    const attempts = [1, 2, 3].map(() => CsvStore.atPath(file, OPTIONS).create({}));
    const outcomes = (await Promise.allSettled(attempts)).map(({ status }) => status);
    expect(outcomes.sort()).toEqual(["fulfilled", "rejected", "rejected"]);
  });
});
