import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Acknowledged } from "./session-steps.js";

export interface ServerRun {
  readonly driver: string;
  readonly file: string;
  readonly name: string;
  readonly callers: number;
  readonly mode: "durable" | "lazy";
}

/** Starts a server, kills it so long after it is ready, and notes what it acknowledged. */
export async function killServer(run: ServerRun, afterMs: number, acknowledged: Acknowledged): Promise<void> {
  const { driver, file, name, callers, mode } = run;
  const server = spawn(process.execPath, [driver, file, name, String(callers), mode], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  for await (const line of createInterface({ input: server.stdout })) {
    if (line === "READY") setTimeout(() => server.kill("SIGKILL"), afterMs);
    else acknowledged.add(line);
  }
}
