import { RecordScanner, type ReadBytes } from "../csv/scan.js";
import { IdTable } from "../kernel/id-table.js";
import { encodeField } from "./encode.js";

/** Where in the input each session id was seen, for records that the scanner reads and for others alike. */
export class IdRegistry {
  readonly table: IdTable;
  #input = Buffer.alloc(0);
  #scanner: RecordScanner | undefined;

  constructor(expectedSize: number) {
    this.table = new IdTable(expectedSize);
  }

  /**
   * @param id Latin-1 of UTF-8
   * @returns where the id was seen before, -1 where it was not
   */
  add(id: string, byteOffset: number): number {
    const [low, high] = this.#hash(id);
    return this.table.add(low, high, byteOffset);
  }

  /** From now on the id is known by another record. */
  replace(id: string, byteOffset: number): void {
    const [low, high] = this.#hash(id);
    this.table.replace(low, high, byteOffset);
  }

  #hash(id: string): [number, number] {
    this.#input = Buffer.from(`${encodeField(id)}\n`, "latin1");
    const read: ReadBytes = (target) => {
      const count = this.#input.copy(target);
      this.#input = this.#input.subarray(count);
      return count;
    };
    const scanner = (this.#scanner ??= new RecordScanner((target) => this.#read(target), 64 * 1024));
    this.#read = read;
    scanner.restart(0);
    scanner.nextBatch();
    const [low = 0, high = 0] = scanner.hashes(0);
    return [low, high];
  }

  #read: ReadBytes = () => 0;
}
