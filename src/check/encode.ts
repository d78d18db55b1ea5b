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
  const text = outputNames.map((name, place) => {
    const field = fieldOf(fields, names, name, place);
    if (field === undefined) return "";
    return isComma && field.raw !== undefined ? field.raw : encodeField(field.value);
  });
  return Buffer.from(`${text.join(",")}${lineBreak}`, "latin1");
}

function fieldOf(
  fields: readonly FieldReading[],
  names: readonly string[],
  name: string,
  place: number,
): FieldReading | undefined {
  // A column without a name is known by its place only.
  const found = name === "" ? (names[place] === "" ? place : -1) : names.indexOf(name);
  return found === -1 ? undefined : fields[found];
}
