import { uniqueNames } from "./column-names.js";
import type { FieldReading, RecordReading } from "./record-reading.js";

/** A value as a field: in quotes where RFC 4180 wants them, as Python's csv.writer does. Text is Latin-1 of UTF-8. */
export function encodeField(value: string): string {
  return /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}

/**
 * A record as the output wants it; fields that are right stay as they are written.
 * @param names of the fields that were read
 * @param outputNames of the columns of the output, in its order
 */
export function encodeRecord(
  { fields }: RecordReading,
  names: readonly string[],
  outputNames: readonly string[],
  isComma: boolean,
  lineBreak: string,
): Uint8Array {
  const places = new Map(uniqueNames(names).map((name, place) => [name, place]));
  const text = uniqueNames(outputNames).map((name) => {
    const place = places.get(name);
    const field: FieldReading | undefined = place === undefined ? undefined : fields[place];
    if (field === undefined) return "";
    return isComma && field.raw !== undefined ? field.raw : encodeField(field.value);
  });
  return Buffer.from(`${text.join(",")}${lineBreak}`, "latin1");
}
