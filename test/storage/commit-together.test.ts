// Laws 3 and 4. Kills and failing system calls at each step of a whole repair are in test/process/repair.test.ts.
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { SessionsError, type ErrorCode } from "../../src/errors.js";
import { beginReplacement, type CommitResult, type Replacement } from "../../src/storage/atomic-replace.js";
import { commitTogether, type Companion } from "../../src/storage/commit-together.js";
import { openSnapshot } from "../../src/storage/snapshot.js";
import { failureOf, fileWith, temporaryFolder } from "./folder.js";

const RESULT: CommitResult = {
  stamp: { ino: "1", size: "2", mtimeNs: "3" },
  byteLength: 2,
  warnings: [],
};

/** A replacement of no file, which tells what is done with it. */
function told(log: string[], name: string, failure?: Error, isSeen = failure === undefined): Replacement {
  let installed: CommitResult | undefined;
  const abandon = async (): Promise<void> => {
    log.push(`abandon ${name}`);
  };
  return {
    get installed() {
      return installed;
    },
    write: () => Promise.resolve(),
    fd: -1,
    commit: async () => {
      log.push(`commit ${name}`);
      if (isSeen) installed = RESULT;
      if (failure !== undefined) throw failure;
      return RESULT;
    },
    abandon,
    [Symbol.asyncDispose]: abandon,
  };
}

const companion = (replacement: Replacement, file = "/nowhere/c"): Companion => ({
  path: file,
  replacement,
  isNew: true,
});

describe("files that are committed together", () => {
  test("are committed one after the other, the main one last", async () => {
    const log: string[] = [];
    await commitTogether(told(log, "main"), [companion(told(log, "first")), companion(told(log, "second"))]);
    expect(log).toEqual(["commit first", "commit second", "commit main"]);
  });

  test("give the result of the main one", async () => {
    const log: string[] = [];
    expect(await commitTogether(told(log, "main"), [companion(told(log, "first"))])).toBe(RESULT);
  });

  test("may be the main one alone", async () => {
    const log: string[] = [];
    await commitTogether(told(log, "main"), []);
    expect(log).toEqual(["commit main"]);
  });

  test("wait for each commit before the next one begins", async () => {
    const log: string[] = [];
    const first = told(log, "first");
    const slow: Replacement = {
      ...first,
      commit: async () => {
        await new Promise((resolve) => setTimeout(resolve, 5));
        return first.commit();
      },
    };
    await commitTogether(told(log, "main"), [companion(slow)]);
    expect(log).toEqual(["commit first", "commit main"]);
  });
});

describe("a companion that fails", () => {
  test("leaves those behind it and the main one uncommitted, and all are abandoned", async () => {
    const log: string[] = [];
    const failure = new SessionsError("IO_FAILED", { path: "/nowhere/c" });
    const companions = [
      companion(told(log, "first")),
      companion(told(log, "second", failure)),
      companion(told(log, "third")),
    ];
    expect(await failureOf(() => commitTogether(told(log, "main"), companions))).toBe(failure);
    expect(log).toEqual([
      "commit first",
      "commit second",
      "abandon main",
      "abandon first",
      "abandon second",
      "abandon third",
    ]);
  });

  test.each<ErrorCode>(["STORE_EXISTS", "STORE_CHANGED", "CANCELLED"])("with %s passes that on", async (code) => {
    const failure = new SessionsError(code);
    const log: string[] = [];
    expect(await failureOf(() => commitTogether(told(log, "main"), [companion(told(log, "c", failure))]))).toBe(
      failure,
    );
  });

  test("with a mistake of the program passes that on", async () => {
    const log: string[] = [];
    const failure = new TypeError("a mistake");
    await expect(commitTogether(told(log, "main"), [companion(told(log, "c", failure))])).rejects.toBe(failure);
  });

  test("of which only the folder could not be synced has failed: nothing is certain to be on the disk", async () => {
    const log: string[] = [];
    const cause = new Error("EIO");
    const failure = new SessionsError("DURABILITY_UNKNOWN", {
      path: "elsewhere",
      cause,
    });
    const companions = [companion(told(log, "c", failure, true), "/nowhere/backup")];
    const error = await failureOf(() => commitTogether(told(log, "main"), companions));
    expect([error.code, error.details]).toEqual([
      "IO_FAILED",
      {
        operation: "write",
        path: "/nowhere/backup",
        reason: "the disk did not confirm it; nothing else was changed",
        hint: "Check the disk, then try again",
        cause,
      },
    ]);
    expect(log).toEqual(["commit c", "abandon main", "abandon c"]);
  });
});

/** A file `s.csv` with "old" in it, which is to be replaced by "new", and two new files `a` and `b` beside it. */
async function prepared(file = fileWith("old")) {
  const replaces = openSnapshot(file);
  const main = await beginReplacement(file, { replaces });
  await main.write(Buffer.from("new"));
  const companions: Companion[] = [];
  for (const name of ["a", "b"]) {
    const target = path.join(path.dirname(file), name);
    const replacement = await beginReplacement(target, { replaces: undefined });
    await replacement.write(Buffer.from(`content of ${name}`));
    companions.push({ path: target, replacement, isNew: true });
  }
  const inFolder = (name: string): string => path.join(path.dirname(file), name);
  return {
    file,
    main,
    companions,
    inFolder,
    [Symbol.dispose]: () => replaces.close(),
  };
}

/** `name content` of each file in the folder, by name. */
function listing(file: string): string[] {
  const folder = path.dirname(file);
  return fs.readdirSync(folder).map((name) => `${name} ${fs.readFileSync(path.join(folder, name), "utf8")}`);
}

/** Does something when it is the main file's turn. */
function before(main: Replacement, work: () => void): Replacement {
  return {
    get installed() {
      return main.installed;
    },
    write: (bytes) => main.write(bytes),
    fd: main.fd,
    commit: () => {
      work();
      return main.commit();
    },
    abandon: () => main.abandon(),
    [Symbol.asyncDispose]: () => main.abandon(),
  };
}

describe("on a real folder", () => {
  test("all files are whole afterwards", async () => {
    using made = await prepared();
    await commitTogether(made.main, made.companions);
    expect(listing(made.file)).toEqual(["a content of a", "b content of b", "s.csv new"]);
  });

  test("the companions are whole when it is the main file's turn", async () => {
    using made = await prepared();
    let seen: string[] = [];
    await commitTogether(
      before(made.main, () => (seen = listing(made.file))),
      made.companions,
    );
    expect(seen).toEqual([".s.csv.sessions-tmp new", "a content of a", "b content of b", "s.csv old"]);
  });

  test("a main file that another program changed leaves nothing else behind", async () => {
    using made = await prepared();
    fs.appendFileSync(made.file, "er");
    expect((await failureOf(() => commitTogether(made.main, made.companions))).code).toBe("STORE_CHANGED");
    expect(listing(made.file)).toEqual(["s.csv older"]);
  });

  test("a companion whose place is taken changes nothing, and what took it stays", async () => {
    using made = await prepared();
    fs.writeFileSync(made.inFolder("b"), "another program's");
    expect((await failureOf(() => commitTogether(made.main, made.companions))).code).toBe("STORE_EXISTS");
    expect(listing(made.file)).toEqual(["b another program's", "s.csv old"]);
  });

  test("a companion whose place a link to nowhere takes changes nothing", async () => {
    using made = await prepared();
    fs.symlinkSync("nowhere", made.inFolder("a"));
    expect((await failureOf(() => commitTogether(made.main, made.companions))).code).toBe("STORE_EXISTS");
    expect([fs.readdirSync(path.dirname(made.file)), fs.readlinkSync(made.inFolder("a"))]).toEqual([
      ["a", "s.csv"],
      "nowhere",
    ]);
  });

  test("a companion whose temp file is gone fails, and nothing else changes", async () => {
    using made = await prepared();
    fs.unlinkSync(made.inFolder(".b.sessions-tmp"));
    expect((await failureOf(() => commitTogether(made.main, made.companions))).code).toBe("IO_FAILED");
    expect(listing(made.file)).toEqual(["s.csv old"]);
  });

  test("a companion that replaced a file stays new where the main file fails", async () => {
    using made = await prepared();
    const [first, second] = made.companions;
    if (first === undefined || second === undefined) throw new Error("two companions were prepared");
    fs.appendFileSync(made.file, "er");
    await failureOf(() => commitTogether(made.main, [{ ...first, isNew: false }, second]));
    expect(listing(made.file)).toEqual(["a content of a", "s.csv older"]);
  });

  test("companions stay where the main file is in place and only its folder could not be synced", async () => {
    using made = await prepared();
    const failure = new SessionsError("DURABILITY_UNKNOWN", {
      path: made.file,
    });
    const main: Replacement = {
      ...before(made.main, () => undefined),
      get installed() {
        return made.main.installed;
      },
      commit: async () => {
        await made.main.commit();
        throw failure;
      },
    };
    expect(await failureOf(() => commitTogether(main, made.companions))).toBe(failure);
    expect(listing(made.file)).toEqual(["a content of a", "b content of b", "s.csv new"]);
  });
});

describe("what another program put in the place of a companion", () => {
  test.each([
    ["a file of its own", (file: string) => replaceBy(file, "theirs"), "theirs"],
    ["a file that got the number of ours", (file: string) => rewritten(file, "theirs"), "theirs"],
    ["another one of the same length", (file: string) => rewritten(file, "theirs, 12 b"), "theirs, 12 b"],
    [
      "one of the same length and time",
      (file: string) => withOurTime(file, () => replaceBy(file, "theirs, 12 b")),
      "theirs, 12 b",
    ],
    [
      "a longer one of the same time",
      (file: string) => withOurTime(file, () => fs.appendFileSync(file, "!")),
      "content of a!",
    ],
    ["more text behind ours", (file: string) => fs.appendFileSync(file, ", and theirs"), "content of a, and theirs"],
  ])("stays when the main file fails: %s", async (_, put, content) => {
    using made = await prepared();
    const main = before(made.main, () => {
      put(made.inFolder("a"));
      fs.appendFileSync(made.file, "er");
    });
    await failureOf(() => commitTogether(main, made.companions));
    expect(listing(made.file)).toEqual([`a ${content}`, "s.csv older"]);
  });

  test("stays when it is a directory, and the error is that of the main file", async () => {
    using made = await prepared();
    const main = before(made.main, () => {
      fs.unlinkSync(made.inFolder("a"));
      fs.mkdirSync(made.inFolder("a"));
      fs.appendFileSync(made.file, "er");
    });
    expect((await failureOf(() => commitTogether(main, made.companions))).code).toBe("STORE_CHANGED");
    expect(fs.readdirSync(path.dirname(made.file))).toEqual(["a", "s.csv"]);
  });

  test("may be nothing: the other companions are removed all the same", async () => {
    using made = await prepared();
    const main = before(made.main, () => {
      fs.unlinkSync(made.inFolder("a"));
      fs.appendFileSync(made.file, "er");
    });
    expect((await failureOf(() => commitTogether(main, made.companions))).code).toBe("STORE_CHANGED");
    expect(listing(made.file)).toEqual(["s.csv older"]);
  });

  function replaceBy(file: string, content: string): void {
    fs.writeFileSync(`${file}.other`, content);
    fs.renameSync(`${file}.other`, file);
  }

  /** A file system may give the number of a file that is gone to the next one. */
  function rewritten(file: string, content: string): void {
    fs.unlinkSync(file);
    fs.writeFileSync(file, content);
    fs.utimesSync(file, 1, 1);
  }

  /** Times in nanoseconds cannot be set from here. */
  function withOurTime(file: string, work: () => void): void {
    const ours = path.join(temporaryFolder(), "ours");
    execFileSync("cp", ["-p", file, ours]);
    work();
    execFileSync("touch", ["-r", ours, file]);
  }
});
