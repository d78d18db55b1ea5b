import { KERNEL_BASE64 } from "./binary.generated.js";

/** What the kernel exports, see `assembly/kernel.ts`. */
export interface KernelExports {
  readonly consumed: WebAssembly.Global;
  readonly records: WebAssembly.Global;
  readonly isTooWide: WebAssembly.Global;
  readonly isNaive: WebAssembly.Global;
  readonly pythonObjectCount: WebAssembly.Global;
  readonly renderedLength: WebAssembly.Global;
  attach(text: number, fields: number, records: number): void;
  scan(length: number, isFinal: boolean, fieldCapacity: number, recordCapacity: number): void;
  checkJson(at: number, end: number, quoteLength: number, stack: number): number;
  parseTimestamp(at: number, end: number): number;
  parseTimestamps(recordCount: number, column: number, out: number, naiveOut: number): void;
  classify(recordCount: number, width: number, column: number, out: number): void;
  matchColumn(count: number, column: number, needle: number, length: number, mode: number, out: number): void;
  findFaults(...args: readonly number[]): void;
  inspect(...args: readonly number[]): number;
  hashColumn(recordCount: number, column: number, out: number): void;
  internColumn(recordCount: number, column: number, dictionary: number, valueCount: number, out: number): number;
  renderRows(...args: readonly number[]): number;
  addIds(...args: readonly number[]): number;
  addId(slots: number, slotBits: number, low: number, high: number, byteOffset: number): number;
  replaceId(slots: number, slotBits: number, low: number, high: number, byteOffset: number): void;
  readonly added: WebAssembly.Global;
  findId(slots: number, slotBits: number, low: number, high: number): number;
  growIds(slots: number, slotBits: number): void;
}

let compiled: WebAssembly.Module | undefined;

/** The kernel's code, compiled once. */
export function compiledKernel(): WebAssembly.Module {
  return (compiled ??= new WebAssembly.Module(Buffer.from(KERNEL_BASE64, "base64")));
}

/** For a thread that gets the code compiled from another one. */
export function useKernel(kernel: WebAssembly.Module): void {
  compiled = kernel;
}

/** The kernel's loops on a memory of their own. */
export function instantiate(memory: WebAssembly.Memory): KernelExports {
  const instance = new WebAssembly.Instance(compiledKernel(), { env: { memory } });
  return instance.exports as unknown as KernelExports;
}
