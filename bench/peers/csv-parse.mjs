/** The tasks with csv-parse and csv-stringify as streams. usage: csv-parse.mjs TASK FILE ARGUMENT, the answer on stdout */
import { createReadStream } from "node:fs";
import { finished, pipeline } from "node:stream/promises";
import { parse } from "csv-parse";
import { stringify } from "csv-stringify";

const [task, file, argument] = process.argv.slice(2);
const sessions = () => createReadStream(file).pipe(parse({ columns: true, bom: true }));

async function* texts() {
  if (task === "count") {
    let count = 0;
    await finished(sessions().on("data", () => (count += 1)));
    yield `${count}\n`;
  } else if (task === "stats") {
    const groups = {};
    for await (const session of sessions()) {
      const group = (groups[session.platform] ??= [0, 0]);
      group[0] += 1;
      if (session.last_activity <= argument) group[1] += 1;
    }
    yield JSON.stringify(groups);
  } else {
    let start = "[\n";
    for await (const session of sessions()) {
      yield start + JSON.stringify(session);
      start = ",\n";
    }
    yield "\n]\n";
  }
}

async function* selected() {
  for await (const session of sessions()) {
    if (task === "find" ? session.user_id === argument : session.last_activity > argument) yield session;
  }
}

if (task === "find" || task === "prune") {
  await pipeline(selected, stringify({ header: true, record_delimiter: "\r\n" }), process.stdout);
} else {
  await pipeline(texts, process.stdout);
}
