// Law 10. Codes and JSON fields are append-only.
import { SessionsError } from "../errors.js";
import { openSnapshot } from "../storage/snapshot.js";

/** What is known of a backup; it stands beside it, as `<backup>.manifest.json`. */
export interface Manifest {
  /** The file that the backup is of, as an absolute path. Only ever shown. */
  readonly source: string;
  /** RFC 3339 in UTC. */
  readonly createdAt: string;
  /** The program that wrote it: `sessions 0.1.0`. */
  readonly tool: string;
  /** Sessions in it; undefined where it cannot be read as a session file. */
  readonly rows: number | undefined;
  /** Records of which it is in doubt where they end; undefined where nobody counted them, as in older manifests. */
  readonly broken: number | undefined;
  /** Of the CSV file. */
  readonly plain: Fingerprint;
  /** Of the backup as it lies on the disk. */
  readonly stored: Fingerprint;
  readonly isCompressed: boolean;
  readonly isEncrypted: boolean;
  /** What made it beside its own work, such as `restore`; undefined for a backup that was asked for. */
  readonly reason: string | undefined;
  /** The last verification; undefined where there was none. */
  readonly checked: Verification | undefined;
}

export interface Fingerprint {
  readonly bytes: number;
  /** In hexadecimal. */
  readonly sha256: string;
}

/** What a verification found, and when (RFC 3339 in UTC). */
interface Verification {
  readonly at: string;
  /** What is wrong; undefined where nothing is. */
  readonly problem: string | undefined;
}

const LONGEST = 64 * 1024;
const VERSION = 1;

/** Where the manifest of a backup stands. Pure. */
export function manifestPath(backup: string): string {
  return `${backup}.manifest.json`;
}

/** Why a backup that is as it was written is no good one: what was backed up was damaged. Undefined for a good one. Pure. */
export function contentProblem({ rows, broken = 0 }: Pick<Manifest, "rows" | "broken">): string | undefined {
  if (rows === undefined) return "what was backed up is no session file that can be read";
  if (broken === 0) return undefined;
  return `${broken} of its records ${broken === 1 ? "was" : "were"} damaged when it was backed up`;
}

/** The manifest as JSON text. Pure. */
export function manifestText(manifest: Manifest): string {
  const { checked } = manifest;
  const body = {
    version: VERSION,
    source: manifest.source,
    created_at: manifest.createdAt,
    tool: manifest.tool,
    rows: manifest.rows ?? null,
    broken: manifest.broken,
    plain: manifest.plain,
    stored: manifest.stored,
    compressed: manifest.isCompressed,
    encrypted: manifest.isEncrypted,
    reason: manifest.reason,
    checked: checked === undefined ? null : { at: checked.at, problem: checked.problem ?? null },
  };
  return `${JSON.stringify(body, undefined, 2)}\n`;
}

/**
 * Reads the manifest of a backup; undefined where there is none.
 *
 * STORE_DAMAGED: what stands there is no manifest. IO_FAILED: the operating system refused.
 */
export function readManifest(backup: string): Manifest | undefined {
  const path = manifestPath(backup);
  const text = textAt(path);
  const manifest = text === undefined ? undefined : parseManifest(text);
  if (manifest !== undefined || text === undefined) return manifest;
  throw new SessionsError("STORE_DAMAGED", { path, reason: "its content is no manifest of a backup" });
}

/** Undefined for text that is no manifest. Pure. */
export function parseManifest(text: string): Manifest | undefined {
  const body = objectOf(parsed(text));
  const { source, created_at: createdAt, tool, rows, broken, compressed, encrypted, reason } = body;
  const plain = fingerprintOf(body["plain"]);
  const stored = fingerprintOf(body["stored"]);
  if (body["version"] !== VERSION || plain === undefined || stored === undefined) return undefined;
  if (typeof source !== "string" || typeof tool !== "string" || !isTime(createdAt)) return undefined;
  if (typeof compressed !== "boolean" || typeof encrypted !== "boolean") return undefined;
  if (rows !== null && !isCount(rows)) return undefined;
  if (broken !== undefined && !isCount(broken)) return undefined;
  if (reason !== undefined && typeof reason !== "string") return undefined;
  const checked = verificationOf(body["checked"]);
  if (checked === undefined && (body["checked"] ?? null) !== null) return undefined;
  const form = { isCompressed: compressed, isEncrypted: encrypted };
  const counted = { rows: rows ?? undefined, broken };
  return { source, createdAt, tool, ...counted, plain, stored, ...form, reason, checked };
}

function textAt(path: string): string | undefined {
  try {
    using snapshot = openSnapshot(path);
    if (snapshot.byteLength > LONGEST) return "";
    const bytes = Buffer.alloc(snapshot.byteLength);
    return bytes.toString("utf8", 0, snapshot.read(bytes));
  } catch (error) {
    if (error instanceof SessionsError && error.code === "STORE_NOT_FOUND") return undefined;
    throw error;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Its own properties only. */
function objectOf(value: unknown): Partial<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

function fingerprintOf(value: unknown): Fingerprint | undefined {
  const { bytes, sha256 } = objectOf(value);
  if (!isCount(bytes) || typeof sha256 !== "string" || !/^[0-9a-f]{64}$/.test(sha256)) return undefined;
  return { bytes, sha256 };
}

function verificationOf(value: unknown): Verification | undefined {
  const { at, problem } = objectOf(value);
  if (!isTime(at) || (problem !== null && typeof problem !== "string")) return undefined;
  return { at, problem: problem ?? undefined };
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function isTime(value: unknown): value is string {
  return typeof value === "string" && /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value) && !Number.isNaN(Date.parse(value));
}
