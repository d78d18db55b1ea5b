// What the tables of `../kernel.ts` hold, and the bytes that mean something in CSV.

export const QUOTE: u8 = 0x22;
export const COMMA: u8 = 0x2c;
export const LF: u8 = 0x0a;
export const CR: u8 = 0x0d;

export const OFFSET_MASK: u32 = (1 << 28) - 1;

// Flags of a field (upper bits of its start offset).
export const FIELD_QUOTED: u32 = 1 << 28;
export const FIELD_ESCAPED: u32 = 1 << 29;

// Flags of a record (upper bits of its end offset).
export const RECORD_STRAY_QUOTE: u32 = 1 << 28;
export const RECORD_BROKEN_QUOTE: u32 = 1 << 29;
export const RECORD_BARE_CR: u32 = 1 << 30;
export const RECORD_UNCLOSED: u32 = 1 << 31;

/** Where the scanned text and the tables of the last `scan` stand; set by `attach` after each growth of the memory. */
export let text: usize = 0;
export let fields: usize = 0;
export let recordTable: usize = 0;

export function attach(textAt: usize, fieldsAt: usize, recordsAt: usize): void {
  text = textAt;
  fields = fieldsAt;
  recordTable = recordsAt;
}

/** One past the index of a record's last field. */
@inline
export function fieldsEnd(record: u32): u32 {
  return load<u32>(recordTable + (<usize>record << 3));
}

/** Index of a record's first field. */
@inline
export function fieldsStart(record: u32): u32 {
  return record == 0 ? 0 : fieldsEnd(record - 1);
}

/** Start of a field's value, with FIELD_ flags. */
@inline
export function startAndFlags(field: u32): u32 {
  return load<u32>(fields + (<usize>field << 3));
}

/** One past the end of a field's value. */
@inline
export function valueEnd(field: u32): usize {
  return text + load<u32>(fields + (<usize>field << 3), 4);
}
