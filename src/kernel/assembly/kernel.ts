// The loops that see every byte, compiled to WebAssembly with 16-byte SIMD lanes. They work on plain offsets into linear
// memory; `../kernel.ts` and `../id-table.ts` are the only callers and document the layout.
export { attach } from "./layout";
export { consumed, isTooWide, records, scan } from "./scan";
export { checkJson } from "./json";
export { isNaive, parseTimestamp, parseTimestamps } from "./timestamp";
export { classify, findFaults, internColumn, matchColumn, pythonObjectCount } from "./columns";
export { inspect } from "./inspect";
export { hashColumn } from "./hash";
export { addId, added, addIds, findId, growIds, replaceId } from "./ids";
export { renderedLength, renderRows } from "./render";
