import { closeSync, openSync, readSync, statSync, type Stats } from "node:fs";
import { SessionsError, systemErrorCode, type ErrorDetails } from "../errors.js";
import { shellQuote } from "./shell-quote.js";

/** As much of a file as holds any header. */
const HEAD_BYTES = 64 * 1024;

/** The error with what a look at the file can add: what stands there instead, or what its header is. */
export async function explained(error: SessionsError): Promise<SessionsError> {
  const { code, details } = error;
  const { path, findings = [] } = details;
  if (path === undefined) return error;
  // What is to be written is no store that could be elsewhere.
  if (code === "STORE_NOT_A_FILE" && details.operation !== undefined) return error;
  if (code === "STORE_NOT_A_FILE") return withDetails(error, whatStandsThere(path));
  if (code === "IO_FAILED") return withDetails(error, refusal(details, path));
  const isHeader = code === "STORE_DAMAGED" && findings.length === 1 && findings[0]?.line === 1;
  if (!isHeader) return error;
  const head = readHead(path);
  if (head === undefined) return error;
  const { explainHeader } = await import("./explain-header.js");
  return withDetails(error, explainHeader(head));
}

function withDetails({ code, details }: SessionsError, more: ErrorDetails | undefined): SessionsError {
  const { reason = details.reason } = more ?? {};
  const findings = details.findings?.map((finding) =>
    finding.message === details.reason && reason !== undefined ? { ...finding, message: reason } : finding,
  );
  return new SessionsError(code, { ...details, ...more, ...(findings === undefined ? {} : { findings }) });
}

function whatStandsThere(path: string): ErrorDetails | undefined {
  const found = statsOf(path);
  if (found === undefined) return undefined;
  if (found.isFIFO()) {
    return { reason: "it is a named pipe", hint: `read from it with: sessions -s - list < ${shellQuote(path)}` };
  }
  if (!found.isDirectory()) return { reason: found.isSocket() ? "it is a socket" : "it is a device" };
  const inside = `${path.replace(/\/+$/, "")}/sessions.csv`;
  const hint = statsOf(inside)?.isFile() === true ? { hint: `there is one in it: --store ${shellQuote(inside)}` } : {};
  return { reason: "it is a directory", ...hint };
}

/** What the operating system's refusal means where its error does not say so in words. */
function refusal({ operation, cause, hint }: ErrorDetails, path: string): ErrorDetails | undefined {
  switch (systemErrorCode(cause) ?? "") {
    case "ENOENT":
      // What is only read needs to be there itself.
      return { reason: operation?.startsWith("read") === true ? "there is no such file" : "there is no such folder" };
    case "EACCES":
      if (hint !== undefined) return undefined;
      if (operation === "look at") return { hint: "name a place where you may write, or run it as a user who may" };
      if (operation !== "open") return undefined;
      return { hint: `run it as the user that the backend runs as; see who that is with: ls -l ${shellQuote(path)}` };
    default:
      return undefined;
  }
}

function readHead(path: string): Buffer | undefined {
  let fd: number | undefined;
  try {
    fd = openSync(path, "r");
    const head = Buffer.alloc(HEAD_BYTES);
    return head.subarray(0, readSync(fd, head, 0, head.length, 0));
  } catch {
    // Standard input, or gone by now: the error is told as it is.
    return undefined;
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

function statsOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}
