import { setFlagsFromString } from "node:v8";

/**
 * For work that makes millions of short-lived strings: V8's space for new objects stays as small as it is, instead of growing
 * to 48 MiB. It costs up to a third more time, and keeps the process below 100 MiB.
 */
export function keepHeapSmall(): void {
  setFlagsFromString("--semi-space-growth-factor=1");
}
