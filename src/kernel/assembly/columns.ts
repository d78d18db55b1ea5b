// Questions about one column of every record of a batch, answered at once.
import {
  FIELD_ESCAPED, FIELD_QUOTED, fieldsEnd, fieldsStart, OFFSET_MASK, RECORD_BROKEN_QUOTE, RECORD_UNCLOSED, recordTable,
  startAndFlags, text, valueEnd,
} from "./layout";
import { checkJson, JSON_OBJECT, JSON_PYTHON_OBJECT } from "./json";

/** The record has the header's fields and no broken quoting. */
const WHOLE: u8 = 1;
/** Its column has a value. */
const FILLED: u8 = 2;

/**
 * Per record one byte in `out`: WHOLE where it has `width` fields, or more that are all empty, and its quoting is not
 * broken; FILLED where it is whole and the value of `column` is not empty.
 */
export function classify(recordCount: u32, width: u32, column: u32, out: usize): void {
  let first: u32 = 0;
  for (let record: u32 = 0; record < recordCount; record += 1) {
    const entry = recordTable + (<usize>record << 3);
    const next = load<u32>(entry);
    let classes: u8 = 0;
    if ((load<u32>(entry, 4) & (RECORD_BROKEN_QUOTE | RECORD_UNCLOSED)) == 0 && next - first >= width) {
      classes = WHOLE;
      for (let field = first + width; field < next; field += 1) if (!isEmpty(field)) classes = 0;
      if (classes == WHOLE && !isEmpty(first + column)) classes |= FILLED;
    }
    store<u8>(out + record, classes);
    first = next;
  }
}

@inline
function isEmpty(field: u32): bool {
  return text + (startAndFlags(field) & OFFSET_MASK) == valueEnd(field);
}

// Why a record cannot be decoded, in the order in which it is looked for; the names stand in `../kernel.ts`.
const NO_FAULT: u8 = 0;
const FAULT_BLANK: u8 = 1;
const FAULT_QUOTING: u8 = 2;
const FAULT_TOO_FEW_FIELDS: u8 = 3;
const FAULT_TOO_MANY_FIELDS: u8 = 4;
const FAULT_FIRST_TIME: u8 = 5;
const FAULT_SECOND_TIME: u8 = 6;
const FAULT_SECOND_JSON: u8 = 7;
const FAULT_FIRST_KEY: u8 = 8;
const FAULT_SECOND_KEY: u8 = 9;
const FAULT_FIRST_JSON: u8 = 10;

/**
 * Per record one byte in `out`: the first fault that is found. `instants` holds both columns of timestamps, parsed, the
 * second one `slotRecords` behind the first. JSON columns must be empty or hold an object, keys must not be empty.
 */
export function findFaults(
  recordCount: u32, width: u32, instants: usize, slotRecords: u32,
  firstKey: u32, secondKey: u32, firstJson: u32, secondJson: u32, scratch: usize, out: usize,
): void {
  let first: u32 = 0;
  pythonObjectCount = 0;
  for (let record: u32 = 0; record < recordCount; record += 1) {
    const next = fieldsEnd(record);
    const firstTime = load<f64>(instants + (<usize>record << 3));
    const secondTime = load<f64>(instants + (<usize>(slotRecords + record) << 3));
    let fault = wholenessFault(record, first, next, width);
    if (fault == NO_FAULT) {
      if (firstTime != firstTime) fault = FAULT_FIRST_TIME;
      else if (secondTime != secondTime) fault = FAULT_SECOND_TIME;
      else if (!isObjectOrEmpty(first + secondJson, scratch)) fault = FAULT_SECOND_JSON;
      else if (isEmpty(first + firstKey)) fault = FAULT_FIRST_KEY;
      else if (isEmpty(first + secondKey)) fault = FAULT_SECOND_KEY;
      else if (!isObjectOrEmpty(first + firstJson, scratch)) fault = FAULT_FIRST_JSON;
    }
    store<u8>(out + record, fault);
    first = next;
  }
}

@inline
function wholenessFault(record: u32, first: u32, next: u32, width: u32): u8 {
  if ((load<u32>(recordTable + (<usize>record << 3), 4) & (RECORD_BROKEN_QUOTE | RECORD_UNCLOSED)) != 0) {
    return FAULT_QUOTING;
  }
  const count = next - first;
  if (count < width) {
    return count == 1 && (startAndFlags(first) & FIELD_QUOTED) == 0 && isEmpty(first) ? FAULT_BLANK : FAULT_TOO_FEW_FIELDS;
  }
  for (let field = first + width; field < next; field += 1) if (!isEmpty(field)) return FAULT_TOO_MANY_FIELDS;
  return NO_FAULT;
}

/** How many JSON cells hold NaN or Infinity, of those that `findFaults` last looked at. */
export let pythonObjectCount: u32 = 0;

function isObjectOrEmpty(field: u32, scratch: usize): bool {
  const entry = startAndFlags(field);
  const start = text + (entry & OFFSET_MASK);
  const end = valueEnd(field);
  if (start == end || (end == start + 2 && load<u16>(start) == 0x7d7b)) return true; // nothing, {}
  const verdict = checkJson(start, end, (entry & FIELD_QUOTED) != 0 ? 2 : 1, scratch);
  if (verdict == JSON_PYTHON_OBJECT) pythonObjectCount += 1;
  return verdict == JSON_OBJECT || verdict == JSON_PYTHON_OBJECT;
}

// How `matchColumn` compares.
const EQUALS: u32 = 0;
const STARTS_WITH: u32 = 1;

const NO: u8 = 0;
const YES: u8 = 1;
/** The value holds doubled quotes: compare it as text. */
const AS_TEXT: u8 = 2;

/**
 * Per record one byte in `out`: whether the value of `column` equals, starts with or ends with the bytes of `needle`, or
 * AS_TEXT. NO where there is no such column.
 */
export function matchColumn(
  recordCount: u32, column: u32, needle: usize, needleLength: u32, mode: u32, out: usize,
): void {
  for (let record: u32 = 0; record < recordCount; record += 1) {
    const first = fieldsStart(record);
    let answer = NO;
    if (column < fieldsEnd(record) - first) {
      const field = first + column;
      const entry = startAndFlags(field);
      const start = text + (entry & OFFSET_MASK);
      const length = <u32>(valueEnd(field) - start);
      if ((entry & FIELD_ESCAPED) != 0) answer = AS_TEXT;
      else if (mode == EQUALS ? length == needleLength : length >= needleLength) {
        const from = mode == EQUALS || mode == STARTS_WITH ? start : start + length - needleLength;
        answer = sameBytes(from, needle, needleLength) ? YES : NO;
      }
    }
    store<u8>(out + record, answer);
  }
}

@inline
function sameBytes(left: usize, right: usize, length: u32): bool {
  if (length <= 8) {
    const wanted: u64 = length == 8 ? ~0 : ((<u64>1) << (length << 3)) - 1;
    return ((load<u64>(left) ^ load<u64>(right)) & wanted) == 0;
  }
  // The last byte differs more often than the first ones, which are a platform's name.
  for (let at: u32 = length; at > 0; at -= 1) {
    if (load<u8>(left + at - 1) != load<u8>(right + at - 1)) return false;
  }
  return true;
}

/** The length of a value and its first four bytes, as they stand in a dictionary's entry. */
@inline
function firstBytes(start: usize, length: u32): u64 {
  const bytes = load<u32>(start);
  const kept = length >= 4 ? bytes : bytes & (((<u32>1) << (length << 3)) - 1);
  return <u64>length | (<u64>kept << 32);
}

/** Longest value, and most values, that a dictionary takes. */
const VALUE_BYTES: u32 = 60;
const MOST_VALUES: u32 = 64;
const ENTRY_BYTES: usize = 64;
const OVERFLOW: u8 = 255;

/**
 * Per record one byte in `out`: the number of its value of `column` in the dictionary, 255 where it is not in there and
 * does not fit. The dictionary grows by new values; an entry is a u32 length and the bytes. Returns how many it has.
 */
export function internColumn(
  recordCount: u32, column: u32, dictionary: usize, valueCount: u32, out: usize,
): u32 {
  for (let record: u32 = 0; record < recordCount; record += 1) {
    const first = fieldsStart(record);
    let number: u32 = OVERFLOW;
    if (column < fieldsEnd(record) - first) {
      const field = first + column;
      const entry = startAndFlags(field);
      const start = text + (entry & OFFSET_MASK);
      const length = <u32>(valueEnd(field) - start);
      if ((entry & FIELD_ESCAPED) == 0 && length <= VALUE_BYTES) {
        // Length and first bytes decide nearly always; the rest is compared only where they are equal.
        const key = firstBytes(start, length);
        number = 0;
        while (number < valueCount) {
          const known = dictionary + <usize>number * ENTRY_BYTES;
          if (load<u64>(known) == key && (length <= 4 || sameBytes(start, known + 4, length))) break;
          number += 1;
        }
        if (number == valueCount) {
          if (valueCount == MOST_VALUES) number = OVERFLOW;
          else {
            const added = dictionary + <usize>valueCount * ENTRY_BYTES;
            memory.fill(added, 0, ENTRY_BYTES);
            store<u32>(added, length);
            memory.copy(added + 4, start, length);
            valueCount += 1;
          }
        }
      }
    }
    store<u8>(out + record, <u8>number);
  }
  return valueCount;
}
