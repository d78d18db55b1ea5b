// A model of a power cut: from the system calls of a writer, every state that its directory, and folders in it, may be in
// afterwards.
//
// The model is weaker than any real file system, in the manner of ALICE (Pillai et al., OSDI 2014): the content of a
// file is only sure after fsync of the file; until then there may be any whole number of its writes, a part of the
// last state cut at a page, or zeros. A change of a name (create, rename, link, unlink) is only sure after fsync of the
// directory; until then any of them may be there and any other missing.
import path from "node:path";

/** A system call that changes the directory, in the order in which the calls returned. Names are paths in the directory. */
export type Operation =
  /** An open that makes the file where it is missing; truncate also empties one that is there. */
  | { readonly kind: "create" | "truncate" | "make-folder"; readonly name: string }
  | { readonly kind: "sync" | "unlink"; readonly name: string }
  | { readonly kind: "write"; readonly name: string; readonly bytes: Buffer }
  | { readonly kind: "rename" | "link"; readonly name: string; readonly to: string }
  /** `name` is "." for the directory itself. */
  | { readonly kind: "sync-directory"; readonly name: string }
  | { readonly kind: "acknowledge"; readonly text: string };

/** The files after a power cut. */
export interface CrashState {
  /** Of the target; undefined where it is missing. */
  readonly bytes: Buffer | undefined;
  /** The same of each file below the folders that can be reached. */
  readonly beside: ReadonlyMap<string, Buffer>;
  /** What had been acknowledged before the power went. */
  readonly acknowledged: readonly string[];
  /** How many operations had returned. */
  readonly operationCount: number;
}

/** A change of the content: append, or back to nothing. */
type Change = Buffer | "truncate";

interface ModelFile {
  readonly isFolder: boolean;
  readonly changes: Change[];
  /** So many of the changes are sure. */
  syncedCount: number;
}

type NameChange = (names: Map<string, ModelFile>) => void;

const PAGE_BYTES = 4096;

/** Every state of `target` that a power cut may leave, after each prefix of the operations. */
export function* crashStates(
  target: string,
  initial: Readonly<Record<string, Buffer>>,
  operations: readonly Operation[],
): Generator<CrashState> {
  for (let operationCount = 0; operationCount <= operations.length; operationCount++) {
    const done = operations.slice(0, operationCount);
    const acknowledged = done.flatMap((operation) => (operation.kind === "acknowledge" ? [operation.text] : []));
    for (const names of namesAfter(initial, done)) {
      const file = names.get(target);
      const contents = file === undefined ? [undefined] : contentsAfter(file);
      for (const bytes of contents) {
        for (const beside of contentsBeside(names)) yield { bytes, beside, acknowledged, operationCount };
      }
    }
  }
}

/** Every content of the files in folders, each with each of the others. */
function contentsBeside(names: ReadonlyMap<string, ModelFile>): ReadonlyMap<string, Buffer>[] {
  let found: ReadonlyMap<string, Buffer>[] = [new Map()];
  for (const [name, file] of names) {
    if (file.isFolder || !isReachable(name, names)) continue;
    const contents = contentsAfter(file);
    found = found.flatMap((beside) => contents.map((bytes) => new Map([...beside, [name, bytes]])));
  }
  return found;
}

/** In folders, all of which are there. */
function isReachable(name: string, names: ReadonlyMap<string, ModelFile>): boolean {
  const folder = path.dirname(name);
  if (folder === ".") return false;
  return names.has(folder) && (path.dirname(folder) === "." || isReachable(folder, names));
}

function* namesAfter(
  initial: Readonly<Record<string, Buffer>>,
  operations: readonly Operation[],
): Generator<Map<string, ModelFile>> {
  const sure = new Map<string, ModelFile>();
  for (const [name, bytes] of Object.entries(initial))
    sure.set(name, { isFolder: false, changes: [bytes], syncedCount: 1 });
  const live = new Map(sure);
  let changes: { readonly folder: string; readonly change: NameChange }[] = [];
  for (const operation of operations) {
    if (operation.kind === "sync-directory") {
      for (const { folder, change } of changes) if (folder === operation.name) change(sure);
      changes = changes.filter(({ folder }) => folder !== operation.name);
      continue;
    }
    const change = applied(operation, live);
    if (change === undefined || operation.kind === "acknowledge") continue;
    change(live);
    changes.push({ folder: path.dirname(operation.name), change });
  }
  const unsure = changes.map(({ change }) => change);
  for (let subset = 0; subset < 2 ** unsure.length; subset++) {
    const names = new Map(sure);
    for (const [bit, change] of unsure.entries()) if ((subset & (2 ** bit)) !== 0) change(names);
    yield names;
  }
}

/** Applies what an operation does to a file's content; returns what it does to the names, if anything. */
function applied(operation: Operation, live: ReadonlyMap<string, ModelFile>): NameChange | undefined {
  if (operation.kind === "acknowledge" || operation.kind === "sync-directory") return undefined;
  const { kind, name } = operation;
  if (kind === "make-folder") {
    const folder: ModelFile = { isFolder: true, changes: [], syncedCount: 0 };
    return (names) => names.set(name, folder);
  }
  const file = live.get(name);
  if (file === undefined && (kind === "create" || kind === "truncate")) {
    const made: ModelFile = { isFolder: false, changes: [], syncedCount: 0 };
    return (names) => names.set(name, made);
  }
  if (file === undefined) throw new Error(`${kind} of ${name}, which is not there`);
  switch (kind) {
    case "create":
      return undefined;
    case "truncate":
      file.changes.push("truncate");
      return undefined;
    case "write":
      file.changes.push(operation.bytes);
      return undefined;
    case "sync":
      file.syncedCount = file.changes.length;
      return undefined;
    case "unlink":
      return (names) => names.delete(name);
    case "rename":
      return (names) => {
        names.delete(name);
        names.set(operation.to, file);
      };
    case "link":
      return (names) => names.set(operation.to, file);
  }
}

function contentsAfter({ changes, syncedCount }: ModelFile): Buffer[] {
  const contents: Buffer[] = [];
  for (let count = syncedCount; count <= changes.length; count++) contents.push(contentOf(changes.slice(0, count)));
  const last = contents.at(-1);
  if (last === undefined || contents.length === 1) return contents;
  const halfInPages = Math.floor(last.length / 2 / PAGE_BYTES) * PAGE_BYTES;
  contents.push(
    Buffer.alloc(0),
    last.subarray(0, PAGE_BYTES),
    last.subarray(0, halfInPages),
    Buffer.alloc(last.length),
  );
  return contents;
}

function contentOf(changes: readonly Change[]): Buffer {
  const start = changes.lastIndexOf("truncate") + 1;
  return Buffer.concat(changes.slice(start).filter((change) => change !== "truncate"));
}
