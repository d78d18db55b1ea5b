// Runs numbered cases on several threads, and survives those that never end.
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";

interface Task {
  readonly from: number;
  readonly to: number;
}

interface Start {
  readonly settings: unknown;
  /** The case that is being run, and the second in which it began. */
  readonly state: Int32Array;
}

export interface PoolOptions<Settings, Result> {
  /** Of the bundle that both threads run. */
  readonly file: string;
  readonly settings: Settings;
  readonly jobs: number;
  readonly cases: number;
  /** How long a case may take before it counts as endless. */
  readonly seconds: number;
  readonly onResult: (result: Result) => void;
  readonly onEndless: (number: number) => void;
  /** Stops early. */
  readonly isEnough: () => boolean;
}

/** A thread's side: runs what it is given, and tells what is not undefined. Returns whether this is such a thread. */
export function serve(run: (number: number, settings: never) => unknown): boolean {
  if (isMainThread || parentPort === null) return false;
  const { settings, state } = workerData as Start;
  const port = parentPort;
  port.on("message", ({ from, to }: Task) => {
    const results: unknown[] = [];
    for (let number = from; number < to; number += 1) {
      Atomics.store(state, 0, number);
      Atomics.store(state, 1, Math.floor(Date.now() / 1000));
      const result = run(number, settings as never);
      if (result !== undefined) results.push(result);
    }
    Atomics.store(state, 1, 0);
    port.postMessage(results);
  });
  return true;
}

/** The main thread's side. */
export async function runPool<Settings, Result>(options: PoolOptions<Settings, Result>): Promise<void> {
  const size = Math.max(1, Math.min(500, Math.ceil(options.cases / (options.jobs * 4))));
  const tasks: Task[] = [];
  for (let from = 0; from < options.cases; from += size) tasks.push({ from, to: Math.min(options.cases, from + size) });
  tasks.reverse();
  await Promise.all(Array.from({ length: options.jobs }, () => runThread(options, tasks)));
}

async function runThread<Settings, Result>(options: PoolOptions<Settings, Result>, tasks: Task[]): Promise<void> {
  while (tasks.length > 0 && !options.isEnough()) {
    const state = new Int32Array(new SharedArrayBuffer(8));
    const start: Start = { settings: options.settings, state };
    const worker = new Worker(options.file, { workerData: start });
    await driveThread(worker, state, options, tasks);
    await worker.terminate();
  }
}

/** Gives tasks to one thread until there are none, or one does not end. */
function driveThread<Settings, Result>(
  worker: Worker,
  state: Int32Array,
  options: PoolOptions<Settings, Result>,
  tasks: Task[],
): Promise<void> {
  return new Promise((resolve, reject) => {
    let task = tasks.pop();
    const watch = setInterval(() => {
      const since = Atomics.load(state, 1);
      if (task === undefined || since === 0 || Date.now() / 1000 - since < options.seconds) return;
      const number = Atomics.load(state, 0);
      // What the thread found before was not told yet and is looked for again.
      if (number + 1 < task.to) tasks.push({ from: number + 1, to: task.to });
      if (number > task.from) tasks.push({ from: task.from, to: number });
      options.onEndless(number);
      finish();
    }, 500);
    const finish = () => {
      clearInterval(watch);
      resolve();
    };
    worker.on("error", (error) => {
      clearInterval(watch);
      reject(error);
    });
    worker.on("message", (results: Result[]) => {
      for (const result of results) options.onResult(result);
      task = options.isEnough() ? undefined : tasks.pop();
      if (task === undefined) finish();
      else worker.postMessage(task);
    });
    if (task === undefined) finish();
    else worker.postMessage(task);
  });
}
