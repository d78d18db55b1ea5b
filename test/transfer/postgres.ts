import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, chownSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

/** A server of its own on a local socket, in a folder that goes with it. */
export interface Postgres {
  /** Runs a script in a new database. @returns what psql prints of the last query: rows as lines, `|` between values */
  run(
    script: string,
    query: string,
  ): { readonly status: number | null; readonly stdout: string; readonly stderr: string };
  stop(): void;
}

/** The server refuses to run as root. */
const AS_USER =
  process.getuid?.() === 0 ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] : ["env"];

export const missingForPostgres = ["initdb", "pg_ctl", "psql", ...AS_USER.slice(0, 1)].filter(
  (name) => spawnSync(name, ["--version"]).status !== 0,
);

export function startPostgres(): Postgres {
  const folder = mkdtempSync(path.join(tmpdir(), "sessions-pg-"));
  const [program = "", ...asUser] = AS_USER;
  const asServer = (...command: readonly string[]): void =>
    void execFileSync(program, [...asUser, ...command], { stdio: "ignore", cwd: folder });
  if (program === "setpriv") {
    const [uid = 0, gid = 0] = ["-u", "-g"].map((flag) =>
      Number(execFileSync("id", [flag, "postgres"], { encoding: "utf8" })),
    );
    chownSync(folder, uid, gid);
  }
  chmodSync(folder, 0o755);
  const data = path.join(folder, "data");
  asServer("initdb", "-D", data, "-A", "trust", "-U", "tests", "--no-sync", "-E", "UTF8", "--locale=C");
  const options = `-k ${folder} -c listen_addresses= -c fsync=off -c timezone=America/New_York`;
  asServer("pg_ctl", "-D", data, "-s", "-w", "-l", path.join(folder, "log"), "-o", options, "start");
  let databases = 0;
  const psql = (database: string, input: string): ReturnType<Postgres["run"]> =>
    spawnSync("psql", ["-XqAt", "-v", "ON_ERROR_STOP=1", "-h", folder, "-U", "tests", "-d", database], {
      input,
      encoding: "utf8",
      maxBuffer: 100 * 1024 * 1024,
    });
  return {
    run: (script, query) => {
      const database = `d${(databases += 1)}`;
      psql("postgres", `CREATE DATABASE ${database}`);
      const loaded = psql(database, script);
      return loaded.status === 0 ? psql(database, query) : loaded;
    },
    stop: () => {
      asServer("pg_ctl", "-D", data, "-s", "-m", "immediate", "stop");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
