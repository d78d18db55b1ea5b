/**
 * The tools and how each is asked. A command is `argv`, the place of its answer (`stdout` is written to the answer file by
 * the caller; `file` means that the file itself was changed) and the answer's format.
 */
import { fileURLToPath } from "node:url";
import { EXPIRED_UNTIL, NOW, PRUNE_DAYS, PRUNED_UNTIL, USER } from "./tasks.mjs";

export const CLI = fileURLToPath(import.meta.resolve("../bin/sessions.js"));
export const OURS = "sessions";
export const FLOOR = "node -e 0";
const NODE = process.execPath;
const ARGUMENTS = { stats: EXPIRED_UNTIL, find: USER, prune: PRUNED_UNTIL };

function ours(task, file, out) {
  const arguments_ = {
    count: ["stats", "--json", "--now", NOW],
    stats: ["stats", "--json", "--now", NOW],
    find: ["find", USER, "--format", "tsv"],
    prune: ["prune", "--idle", `${PRUNE_DAYS}d`, "--now", NOW, "--yes", "--include-pending"],
    json: ["list", "--format", "json"],
    tsv: ["list", "--format", "tsv"],
    validate: ["validate", file],
    export: ["export", "--format", "json", "-o", out],
    import: ["import", file, "--create", "--yes"],
    backup: ["backup", out],
  };
  const formats = { count: "ours", stats: "ours", find: "tsv", prune: "csv", json: "json", tsv: "tsv", export: "json" };
  const answers = { prune: "file", export: "out", import: "out" };
  const store = task === "validate" ? [] : ["-s", task === "import" ? out : file];
  const argv = [NODE, CLI, ...store, ...arguments_[task]];
  const format = formats[task] ?? (task === "import" ? "csv" : "none");
  return { argv, answer: answers[task] ?? "stdout", format };
}

function script(argv, formats) {
  return (task, file, out) =>
    formats[task] && {
      argv: [...argv, task, file, ARGUMENTS[task] ?? "", out],
      answer: "stdout",
      format: formats[task],
    };
}

/** Builds `(task, file, out) => command` from a table of functions that give the arguments. */
function table(program, commands) {
  return (task, file, out) => {
    if (commands[task] === undefined) return undefined;
    const [format, ...argv] = commands[task](file, out);
    return { argv: [program, ...argv], answer: "stdout", format };
  };
}

const GROUPS = (table) =>
  `select platform, count(*), sum(last_activity <= '${EXPIRED_UNTIL}') from ${table} group by platform`;
const FIND = (table) => `select * from ${table} where user_id = '${USER}'`;
const PRUNE = (table) => `select * from ${table} where last_activity > '${PRUNED_UNTIL}'`;

const zsv = table("zsv", {
  count: (file) => ["number", "count", file],
  stats: (file) => ["groups-csv", "sql", file, GROUPS("data")],
  find: (file) => ["csv", "sql", file, FIND("data")],
  prune: (file) => ["csv", "sql", file, PRUNE("data")],
  json: (file) => ["json", "2json", "--object", file],
});

const sqliteQuery = (file, ...rest) => [":memory:", "-cmd", `.import --csv '${file}' s`, ...rest];
const sqlite = table("sqlite3", {
  count: (file) => ["number", ...sqliteQuery(file, "select count(*) from s")],
  stats: (file) => ["groups-csv", "-csv", ...sqliteQuery(file, GROUPS("s"))],
  find: (file) => ["csv", "-csv", "-header", ...sqliteQuery(file, FIND("s"))],
  prune: (file) => ["csv", "-csv", "-header", ...sqliteQuery(file, PRUNE("s"))],
  json: (file) => ["json", "-json", ...sqliteQuery(file, "select * from s")],
});

const MILLER_GROUPS = `@n[$platform] += 1; @e[$platform] += ($last_activity <= "${EXPIRED_UNTIL}") ? 1 : 0;
  end { emit (@n, @e), "platform" }`;
const miller = table("mlr", {
  count: (file) => ["number", "-S", "--icsv", "--onidx", "count", file],
  stats: (file) => ["groups-csv", "-S", "--icsv", "--ocsv", "put", "-q", MILLER_GROUPS, file],
  find: (file) => ["csv", "-S", "--csv", "filter", `$user_id == "${USER}"`, file],
  prune: (file) => ["csv", "-S", "--csv", "filter", `$last_activity > "${PRUNED_UNTIL}"`, file],
  json: (file) => ["json", "-S", "--icsv", "--ojson", "cat", file],
  import: (file) => ["none", "-S", "--csv", "cat", file],
});

const AWK_GROUPS = `NR > 1 { n[$3]++; if ($6 <= "${EXPIRED_UNTIL}") e[$3]++ } END { for (p in n) print p "," n[p] "," e[p] + 0 }`;
const awk = table("awk", {
  count: (file) => ["number", "END { print NR - 1 }", file],
  stats: (file) => ["groups-csv", "-F,", AWK_GROUPS, file],
  find: (file) => ["csv", "-F,", `NR == 1 || $2 == "${USER}"`, file],
  prune: (file) => ["csv", "-F,", `NR == 1 || $6 > "${PRUNED_UNTIL}"`, file],
});

const python = { count: "number", stats: "groups", find: "csv", prune: "csv", json: "json", tsv: "tsv" };
const csvParse = { count: "number", stats: "groups", find: "csv", prune: "csv", json: "json" };
const duckdb = (task, file, out) =>
  !["tsv", "import", "backup"].includes(task) && {
    argv: [NODE, fileURLToPath(import.meta.resolve("./peers/duckdb.mjs")), task, file, ARGUMENTS[task] ?? "", out],
    answer: ["count", "stats", "validate"].includes(task) ? "stdout" : "out",
    format: { count: "number", stats: "groups", json: "json", export: "json", validate: "none" }[task] ?? "csv",
  };

/**
 * Every tool; `program` is what must be on the machine, `version` how to ask for its version, `isLimit` marks what does
 * not read CSV at all.
 *
 * @param python3 the interpreter itself, not a version manager's shell script before it
 */
export function tools(python3) {
  return [
    { name: OURS, program: NODE, version: [NODE, CLI, "--version"], command: ours },
    { name: "zsv", program: "zsv", version: ["zsv", "version"], command: zsv },
    {
      name: "zsv --parser fast",
      program: "zsv",
      command: table("zsv", { count: (file) => ["number", "count", "--parser", "fast", file] }),
    },
    { name: "DuckDB", program: NODE, package: "@duckdb/node-api", command: duckdb },
    { name: "Miller", program: "mlr", version: ["mlr", "--version"], command: miller },
    { name: "sqlite3 .import", program: "sqlite3", version: ["sqlite3", "--version"], command: sqlite },
    {
      name: "Python csv.DictReader",
      program: python3,
      version: [python3, "--version"],
      command: script([python3, fileURLToPath(import.meta.resolve("./peers/python_csv.py"))], python),
    },
    {
      name: "csv-parse",
      program: NODE,
      package: "csv-parse",
      command: script([NODE, fileURLToPath(import.meta.resolve("./peers/csv-parse.mjs"))], csvParse),
    },
    { name: "awk -F,", program: "awk", command: awk },
    { name: "wc -l", program: "wc", isLimit: true, command: table("wc", { count: (file) => ["lines", "-l", file] }) },
    {
      name: "grep",
      program: "grep",
      isLimit: true,
      command: table("grep", { find: (file) => ["csv-bare", "-F", USER, file] }),
    },
    {
      name: "cat to a file",
      program: "cat",
      isLimit: true,
      command: table("cat", { prune: (file) => ["none", file] }),
    },
    {
      name: "cp and sync",
      program: "cp",
      isLimit: true,
      command: table("sh", {
        backup: (file, out) => ["none", "-c", 'cp "$1" "$2" && sync "$2"', "sh", file, out],
      }),
    },
    {
      name: FLOOR,
      program: NODE,
      isLimit: true,
      command: () => ({ argv: [NODE, "-e", "0"], answer: "stdout", format: "none" }),
    },
  ];
}
