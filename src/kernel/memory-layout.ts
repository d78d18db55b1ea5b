/** How the kernel's linear memory is divided. The text comes last, so that it can grow. */

/** What a WebAssembly memory grows by. */
const PAGE_BYTES = 65_536;
/** SIMD loads and stores may go this far beyond what they are about. */
export const SLACK_BYTES = 64;

/** Records and fields that one call of `scan` can hold; a record with more fields than that is refused. */
export const RECORD_CAPACITY = 16_384;
export const FIELD_CAPACITY = 131_072;
/** How many columns of timestamps can be held parsed at once. */
export const TIME_SLOTS = 2;
/** Ends of strings that `findStringEnds` writes at most, those of 16 blocks; and four that do not count. */
const JSON_STRING_ENDS = 16 * 32 + 4;
export const NEEDLE_BYTES = 1024;
export const DICTIONARY_ENTRY_BYTES = 64;
const DICTIONARY_ENTRIES = 64;
export const STEP_CAPACITY = 256;
export const LITERAL_BYTES = 16_384;
export const OUTPUT_BYTES = 1024 * 1024;

const regions = layOut({
  json: 1024 + JSON_STRING_ENDS * 4,
  needle: NEEDLE_BYTES,
  dictionary: DICTIONARY_ENTRIES * DICTIONARY_ENTRY_BYTES,
  steps: STEP_CAPACITY * 12,
  literals: STEP_CAPACITY * 8,
  literalText: LITERAL_BYTES,
  instants: TIME_SLOTS * RECORD_CAPACITY * 8,
  naive: TIME_SLOTS * RECORD_CAPACITY,
  classes: RECORD_CAPACITY,
  answers: RECORD_CAPACITY,
  inspections: RECORD_CAPACITY,
  hashes: RECORD_CAPACITY * 8,
  picks: RECORD_CAPACITY * 4,
  records: RECORD_CAPACITY * 8,
  fields: FIELD_CAPACITY * 8,
  output: OUTPUT_BYTES,
  text: 0,
});

/** Address of each region. */
export const AT = regions;

export function pagesFor(byteLength: number): number {
  return Math.ceil(byteLength / PAGE_BYTES);
}

/** Where the memory ends that holds a text of this capacity. */
export function endOfText(textCapacity: number): number {
  return AT.text + textCapacity + SLACK_BYTES;
}

export function pagesOf(memory: ArrayBuffer): number {
  return memory.byteLength / PAGE_BYTES;
}

/** Puts regions of these sizes in bytes one behind the other, each with SLACK_BYTES behind it, from address 0. */
export function layOut<Name extends string>(sizes: Readonly<Record<Name, number>>): Readonly<Record<Name, number>> {
  const addresses: Partial<Record<Name, number>> = {};
  let next = 0;
  for (const name of Object.keys(sizes) as Name[]) {
    addresses[name] = next;
    next += Math.ceil(sizes[name] / SLACK_BYTES) * SLACK_BYTES + SLACK_BYTES;
  }
  return addresses as Record<Name, number>;
}
