import { parseTimestamp } from "../session/timestamp.js";
import type { DiagnosticCode } from "./diagnostic.js";
import type { FieldReading, RecordReading } from "./record-reading.js";
import { isUuid } from "../session/uuid.js";

/** What is noticed about a record's values as a whole. */
export interface ValueNote {
  readonly code: DiagnosticCode;
  readonly field: string;
}

/** Has the length and the dashes of a UUID. */
const UUID_FORM = /^[^-]{8}-[^-]{4}-[^-]{4}-[^-]{4}-[^-]{12}$/;

/** Looks at the values of one record together. */
export function checkValues(
  reading: RecordReading,
  names: readonly string[],
  idsAreUuids: boolean,
): { reading: RecordReading; notes: readonly ValueNote[] } {
  const place = (name: string): number => names.indexOf(name);
  const value = (name: string): string => reading.fields[place(name)]?.value ?? "";
  const notes: ValueNote[] = [];
  if (idsAreUuids) {
    for (const field of ["session_id", "thread_id"]) {
      const id = value(field);
      if (isUuid(id)) continue;
      if (UUID_FORM.test(id)) notes.push({ code: "damaged-uuid", field });
    }
  }
  if (parseTimestamp(value("created_at")) > parseTimestamp(value("last_activity"))) {
    notes.push({ code: "created-after-activity", field: "created_at" });
  }
  const [user, platform] = [value("user_id"), value("platform")];
  if (user === "" || !platform.startsWith(`${user}_`)) return { reading, notes };
  notes.push({ code: "swapped-fields", field: "user_id" });
  const fields: FieldReading[] = [...reading.fields];
  const [userField, platformField] = [fields[place("user_id")], fields[place("platform")]];
  if (userField === undefined || platformField === undefined) return { reading, notes };
  fields[place("user_id")] = platformField;
  fields[place("platform")] = userField;
  return { reading: { ...reading, fields }, notes };
}
