/** The tasks with DuckDB. usage: duckdb.mjs TASK FILE ARGUMENT OUT; answers are on stdout or, where they are long, in OUT */
import { DuckDBInstance } from "@duckdb/node-api";

const [task, file, argument, out] = process.argv.slice(2);
const quoted = (text) => `'${text.replaceAll("'", "''")}'`;
const source = `read_csv(${quoted(file)}, header=true, all_varchar=true, delim=',', quote='"', escape='"', new_line='\\r\\n')`;

const database = await DuckDBInstance.create(":memory:");
const connection = await database.connect();
const rows = async (sql) => (await connection.runAndReadAll(sql)).getRowsJson();
const copy = (filter, options) =>
  connection.run(`COPY (SELECT * FROM ${source} ${filter}) TO ${quoted(out)} (${options})`);

if (task === "count") {
  console.log((await rows(`SELECT count(*) FROM ${source}`))[0][0]);
} else if (task === "stats") {
  const expired = `count(*) FILTER (last_activity <= ${quoted(argument)})`;
  const groups = await rows(`SELECT platform, count(*), ${expired} FROM ${source} GROUP BY platform`);
  console.log(JSON.stringify(Object.fromEntries(groups.map(([name, ...counts]) => [name, counts.map(Number)]))));
} else if (task === "find") {
  await copy(`WHERE user_id = ${quoted(argument)}`, "FORMAT csv, HEADER");
} else if (task === "prune") {
  await copy(`WHERE last_activity > ${quoted(argument)}`, "FORMAT csv, HEADER");
} else if (task === "validate") {
  const invalid = (column) => `count(*) FILTER (${column} <> '' AND NOT json_valid(${column}))`;
  console.log(await rows(`SELECT ${invalid("pending_approval")}, ${invalid("metadata")} FROM ${source}`));
} else if (task === "export") {
  const json = (column) => `nullif(${column}, '')::JSON AS ${column}`;
  const columns = `* REPLACE (${json("pending_approval")}, ${json("metadata")})`;
  await connection.run(`COPY (SELECT ${columns} FROM ${source}) TO ${quoted(out)} (FORMAT json, ARRAY true)`);
} else {
  await copy("", "FORMAT json, ARRAY true");
}
