import { SessionsError } from "../errors.js";
import { NEW_FILE_HEADER } from "../session/columns.js";
import type { NaiveOffset } from "../session/timestamp.js";
import type { LockOptions } from "../storage/lock.js";
import { openSnapshot } from "../storage/snapshot.js";
import { CsvReading, describeCsv, findInCsv, lookUpInCsv, statsOfCsv } from "./csv-reading.js";
import { memorySource, type CsvInput } from "./csv-source.js";
import type {
  FindReading,
  Lookups,
  MergePlan,
  MergeRequest,
  ReadRequest,
  RemovalPlan,
  RemovalRequest,
  SessionReading,
  SessionStore,
  StatsRequest,
  StoreCapabilities,
  StoreDescription,
  StoreStats,
  WriteControl,
  WriteResult,
} from "./store.js";

export interface CsvStoreOptions {
  /** What a timestamp without an offset means; left out, it is UTC. */
  readonly naiveOffset?: NaiveOffset;
  /** Is told, while a file is read from start to end, how many bytes have been read, of how many. */
  readonly onRead?: (done: number, total: number) => void;
  /** How writing operations take the lock: who asks, how long they wait, and whom they tell. */
  readonly lock: Omit<LockOptions, "signal">;
}

const CAPABILITIES: StoreCapabilities = {
  engine: "csv",
  keepsOrder: true,
  keepsUndecodable: true,
  allowsDuplicateIds: true,
};

/**
 * Sessions in one CSV file. What writes is loaded when it is first asked for. Reading takes no lock, writes nothing and needs constant memory; each operation opens the
 * file anew and sees one whole version of it. Writing is one atomic replacement under the lock.
 */
export class CsvStore implements SessionStore {
  readonly capabilities = CAPABILITIES;
  readonly #input: CsvInput;
  readonly #writing: CsvStoreOptions | undefined;

  private constructor(input: CsvInput, writing: CsvStoreOptions | undefined) {
    this.#input = input;
    this.#writing = writing;
  }

  /** @param path the file; it is not touched before an operation asks for it */
  static atPath(path: string, options: CsvStoreOptions): CsvStore {
    const { naiveOffset, onRead } = options;
    return new CsvStore({ location: path, naiveOffset, onRead, open: () => openSnapshot(path) }, options);
  }

  /** A file that was read already, for instance from standard input; it can be read only. */
  static inMemory(bytes: Buffer, location: string, naiveOffset: NaiveOffset): CsvStore {
    return new CsvStore({ location, naiveOffset, onRead: undefined, open: () => memorySource(bytes) }, undefined);
  }

  /** Any input, such as an open copy of a file; it can be read only. */
  static ofInput(input: CsvInput): CsvStore {
    return new CsvStore(input, undefined);
  }

  get location(): string {
    return this.#input.location;
  }

  async describe(): Promise<StoreDescription> {
    return describeCsv(this.#input);
  }

  read(request: ReadRequest): SessionReading {
    return new CsvReading(this.#input, request);
  }

  async find(text: string, request: ReadRequest): Promise<FindReading> {
    return findInCsv(this.#input, text, request);
  }

  async lookup(texts: readonly string[]): Promise<Lookups> {
    return lookUpInCsv(this.#input, texts);
  }

  async stats(request: StatsRequest): Promise<StoreStats> {
    return statsOfCsv(this.#input, request);
  }

  async planRemoval(request: RemovalRequest): Promise<RemovalPlan> {
    const { planRemovalFromCsv } = await import("./csv-writing.js");
    return planRemovalFromCsv(this.#input, request);
  }

  async remove(request: RemovalRequest, control: WriteControl<RemovalPlan>): Promise<WriteResult<RemovalPlan>> {
    const { removeFromCsv } = await import("./csv-writing.js");
    return removeFromCsv(this.#input, this.#writable(), request, control);
  }

  async planMerge(request: MergeRequest): Promise<MergePlan> {
    const { planMergeIntoCsv } = await import("./csv-merge.js");
    return planMergeIntoCsv(this.#input, request);
  }

  async merge(request: MergeRequest, control: WriteControl<MergePlan>): Promise<WriteResult<MergePlan>> {
    const { mergeIntoCsv } = await import("./csv-merge.js");
    return mergeIntoCsv(this.#input, this.#writable(), request, control);
  }

  async create(control: WriteControl<undefined>, content: Iterable<string> = [NEW_FILE_HEADER]): Promise<void> {
    const { createCsv } = await import("./csv-writing.js");
    await createCsv(this.location, this.#writable(), content, control);
  }

  #writable(): CsvStoreOptions["lock"] {
    if (this.#writing !== undefined) return this.#writing.lock;
    throw new SessionsError("USAGE", {
      path: this.location,
      reason: "it can only be read",
      hint: "name a file with --store to change it",
    });
  }
}
