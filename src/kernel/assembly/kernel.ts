// The loops that see every byte, compiled to WebAssembly with 16-byte SIMD lanes. They work on plain offsets into linear
// memory; `../kernel.ts` is the only caller and documents the layout.
export { attach } from "./layout";
export { consumed, isTooWide, records, scan } from "./scan";
export { checkJson } from "./json";
export { isNaive, parseTimestamp, parseTimestamps } from "./timestamp";
export { classify, findFaults, internColumn, matchColumn } from "./columns";
export { renderedLength, renderRows } from "./render";
