import type { FieldValue } from "../../session/field-value.js";
import { layOutJson } from "../../session/json.js";
import type { Retention } from "../../session/retention.js";
import type { Style } from "./style.js";
import { renderKeyValues, type KeyValuePair } from "./key-values.js";
import { absoluteTime, humanDuration, relativeTime } from "./time.js";
import { valueText } from "../../transfer/value-text.js";

/** One session for people: a line or more for each field, times absolute and relative, JSON laid out. */
export function renderSession(
  names: readonly string[],
  values: readonly FieldValue[],
  look: { readonly retention: Retention; readonly timeZone: string; readonly style: Style; readonly width: number },
): string {
  const { retention, timeZone, style, width } = look;
  const pairs = names.map((label, index): KeyValuePair => {
    const value = values[index] ?? { type: "none" };
    switch (value.type) {
      case "none":
        return { label, value: "–", style: style.dim };
      case "time": {
        const { text, instant } = value;
        if (instant === undefined) return { label, value: `${text} (no timestamp)`, style: style.red };
        return { label, value: `${absoluteTime(instant, timeZone)} (${relativeTime(instant, retention.now)})` };
      }
      case "json":
        return { label, value: layOutJson(value.text) };
      case "duration":
        return { label, value: humanDuration(value.seconds) };
      case "text":
      case "boolean":
        return { label, value: valueText(value) };
    }
  });
  return renderKeyValues(pairs, width, style);
}
