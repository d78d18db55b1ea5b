// Reads the log of `strace -f -y -xx` as the operations of the power-cut model.
import path from "node:path";
import type { Operation } from "./power-cut.js";

export const TRACED_CALLS =
  "open,openat,creat,mkdir,write,pwrite64,writev,pwritev,rename,renameat,renameat2,link,linkat,unlink,unlinkat,ftruncate,fsync,fdatasync";

/**
 * The operations on names directly in `directory`, and the acknowledgements on standard output, in order.
 * @param folders in the directory, whose files count too, and which themselves do; with the folders above them
 */
export function parseTrace(log: string, directory: string, folders: readonly string[] = []): Operation[] {
  const unfinished = new Map<string, string>();
  const operations: Operation[] = [];
  for (const line of log.split("\n")) {
    const call = wholeCall(line, unfinished);
    const [, name, parameters, result] = /^(\w+)\((.*)\)\s+= (-?\d+)/.exec(call ?? "") ?? [];
    if (name === undefined || parameters === undefined || result === undefined || result.startsWith("-")) continue;
    const operation = operationOf(name, parameters, Number(result), directory, folders);
    if (operation !== undefined) operations.push(operation);
  }
  return operations;
}

/** Puts a call together again that strace printed in two parts because another thread came between. */
function wholeCall(line: string, unfinished: Map<string, string>): string | undefined {
  const [, thread = "", text = ""] = /^(\d+)\s+(.*)$/.exec(line) ?? [];
  const [, begun] = /^(.*) <unfinished \.\.\.>$/.exec(text) ?? [];
  if (begun !== undefined) {
    unfinished.set(thread, begun);
    return undefined;
  }
  const [, rest] = /^<\.\.\. \w+ resumed>(.*)$/.exec(text) ?? [];
  return rest === undefined ? text : (unfinished.get(thread) ?? "") + rest;
}

function operationOf(
  call: string,
  parameters: string,
  result: number,
  directory: string,
  folders: readonly string[],
): Operation | undefined {
  const [first, second] = [...parameters.matchAll(/"((?:\\x[0-9a-f]{2})*)"/g)].map(([, hex = ""]) => unhex(hex));
  const [, fd, fdPathHex] = /^(\d+)<([^>]*)>/.exec(parameters) ?? [];
  const fdPath = fdPathHex === undefined ? undefined : unhex(fdPathHex).toString();
  const inside = (file: string): string => path.relative(directory, file) || ".";

  if (call === "write" && fd === "1" && first?.toString().startsWith("OK") === true)
    return { kind: "acknowledge", text: first.toString().trim() };
  const found = fdPath ?? first?.toString();
  if (found === undefined) return undefined;
  const name = inside(found);
  if (/^(fsync|fdatasync)$/.test(call) && (name === "." || folders.includes(name)))
    return { kind: "sync-directory", name };
  // What is in the lock file is a message, which nobody needs after a power cut.
  if (path.basename(name) === "lock") return undefined;
  if (call === "mkdir") return folders.includes(name) ? { kind: "make-folder", name } : undefined;
  if (
    name.startsWith("..") ||
    ![".", ...folders].includes(path.dirname(name)) ||
    folders.includes(name) ||
    name === "."
  )
    return undefined;
  switch (call) {
    case "open":
    case "openat":
      if (parameters.includes("O_TRUNC")) return { kind: "truncate", name };
      return parameters.includes("O_CREAT") ? { kind: "create", name } : undefined;
    case "write":
      return { kind: "write", name, bytes: (first ?? Buffer.alloc(0)).subarray(0, result) };
    case "rename":
    case "link":
      return { kind: call, name, to: inside(second?.toString() ?? "") };
    case "unlink":
      return { kind: "unlink", name };
    case "fsync":
    case "fdatasync":
      return { kind: "sync", name };
    default:
      throw new Error(`The power-cut model does not know ${call} on ${name}`);
  }
}

function unhex(text: string): Buffer {
  return Buffer.from(text.replaceAll("\\x", ""), "hex");
}
