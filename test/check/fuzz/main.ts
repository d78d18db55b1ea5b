import { mkdirSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { drawCase, runCase, type Failure, type FuzzSettings } from "./fuzz.js";
import { runPool, serve } from "./pool.js";
import {
  caseOf,
  endless,
  isFaultless,
  plansOf,
  tableOf,
  tabulate,
  type TableResult,
  type TableSettings,
} from "./table.js";

const HELP = `Usage: npm run fuzz -- [options]

Random harm against the laws of check and repair:
  --cases <n>      how many cases (200000)
  --from <n>       number of the first one (0)
  --seed <n>       another seed makes other cases (1)
  --law <text>     only breaches of laws whose names hold this text
  --failures <n>   stop after so many (20)

What is recovered of each kind of damage:
  --table          print the table, of kinds with a fault
  --all            of all kinds
  --files <n>      files of each kind (5)
  --compounds <n>  files with two kinds of damage (500)
  --only <text>    kinds whose names hold this text
  --notes <n>      describe the first files with a fault (0)

Both:
  --jobs <n>       threads
  --folder <path>  where failing inputs are written (with --table only where it is given)
`;

const OPTIONS = {
  cases: { type: "string", default: "200000" },
  from: { type: "string", default: "0" },
  seed: { type: "string", default: "1" },
  law: { type: "string", default: "" },
  failures: { type: "string", default: "20" },
  table: { type: "boolean", default: false },
  all: { type: "boolean", default: false },
  files: { type: "string", default: "5" },
  compounds: { type: "string", default: "500" },
  only: { type: "string", default: "" },
  notes: { type: "string", default: "0" },
  jobs: { type: "string", default: String(availableParallelism()) },
  folder: { type: "string" },
  help: { type: "boolean", default: false },
} as const;

type Settings =
  ({ readonly mode: "table" } & TableSettings) | ({ readonly mode: "fuzz"; readonly from: number } & FuzzSettings);

const SECONDS = 60;
const file = fileURLToPath(import.meta.url);

async function main(): Promise<void> {
  const { values } = parseArgs({ options: OPTIONS });
  if (values.help) {
    console.log(HELP);
    return;
  }
  const numbers = { jobs: Number(values.jobs), seed: Number(values.seed) };
  if (values.table) {
    const { only, all, folder } = values;
    const settings: TableSettings = {
      ...numbers,
      files: Number(values.files),
      compounds: Number(values.compounds),
      only,
    };
    return printTable(settings, { jobs: numbers.jobs, all, folder, notes: Number(values.notes) });
  }
  const { cases, from, failures, law, folder = path.join(tmpdir(), "sessions-fuzz-failures") } = values;
  await fuzz(
    { seed: numbers.seed, law },
    { jobs: numbers.jobs, cases: Number(cases), from: Number(from), most: Number(failures), folder },
  );
}

interface FuzzRun {
  readonly jobs: number;
  readonly cases: number;
  readonly from: number;
  readonly most: number;
  readonly folder: string;
}

async function fuzz(settings: FuzzSettings, { jobs, cases, from, most, folder }: FuzzRun): Promise<void> {
  const start = performance.now();
  const laws = new Map<string, number>();
  let found = 0;
  const onFailure = (law: string, detail: string, number: number, bytes: Uint8Array) => {
    found += 1;
    laws.set(law, (laws.get(law) ?? 0) + 1);
    if (found > most) return;
    mkdirSync(folder, { recursive: true });
    const name = path.join(folder, `${law.replaceAll(" ", "-")}.${settings.seed}.${number}.csv`);
    writeFileSync(name, bytes);
    console.log(
      `case ${number} of seed ${settings.seed}: ${law}\n    ${detail.slice(0, 600)}\n    ${name}, ${bytes.length} bytes`,
    );
  };
  await runPool<Settings, Failure>({
    file,
    settings: { mode: "fuzz", from, ...settings },
    jobs,
    cases,
    seconds: SECONDS,
    onResult: ({ law, detail, number, shrunk }) => onFailure(law, detail, number, shrunk),
    onEndless: (number) =>
      onFailure("ends", `no end after ${SECONDS} s`, from + number, drawCase(from + number, settings.seed).bytes),
    isEnough: () => found >= most,
  });
  const seconds = (performance.now() - start) / 1000;
  for (const [law, count] of laws) console.log(`${count} × ${law}`);
  console.log(`${found} failures, ${cases} cases, ${seconds.toFixed(1)} s, ${(cases / seconds).toFixed(0)} a second`);
  process.exitCode = found > 0 ? 1 : 0;
}

interface TableRun {
  readonly jobs: number;
  readonly all: boolean;
  readonly notes: number;
  readonly folder: string | undefined;
}

async function printTable(settings: TableSettings, { jobs, all, notes: most, folder }: TableRun): Promise<void> {
  const results: TableResult[] = [];
  await runPool<Settings, TableResult>({
    file,
    settings: { mode: "table", ...settings },
    jobs,
    cases: plansOf(settings).length,
    seconds: SECONDS,
    onResult: (result) => results.push(result),
    onEndless: (number) => results.push(endless(number, settings)),
    isEnough: () => false,
  });
  results.sort((a, b) => a.number - b.number);
  const faulty = results.filter(({ counts }) => !isFaultless(counts));
  if (folder !== undefined) for (const result of faulty) save(folder, settings, result);
  for (const { name, seed, notes } of faulty.slice(0, most)) {
    console.log(`${name}, seed ${seed}`);
    for (const note of notes.slice(0, 6)) console.log(`    ${note.slice(0, 500)}`);
  }
  console.log(tableOf(results, all).join("\n"));
}

function save(folder: string, settings: TableSettings, { number, seed, notes }: TableResult): void {
  const example = caseOf(settings, number);
  const name = path.join(folder, `${example.name.replace(/[^\w.-]+/g, "_")}.${seed}`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${name}.csv`, example.bytes);
  writeFileSync(`${name}.txt`, `${notes.join("\n")}\n`);
}

function run(number: number, settings: Settings): Failure | TableResult | undefined {
  return settings.mode === "table" ? tabulate(number, settings) : runCase(settings.from + number, settings);
}

if (!serve(run)) await main();
