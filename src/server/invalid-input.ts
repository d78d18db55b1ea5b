import type { FastifyError } from "fastify";
import { ID_PATTERN, ID_PATTERN_TEXT } from "../session/id-text.js";
import { DIGITS_PATTERN } from "./schemas.js";

const PLACES: Readonly<Record<string, string>> = { body: "the body", querystring: "the query", params: "the path" };

const PATTERNS: ReadonlyMap<unknown, string> = new Map([
  [ID_PATTERN, ID_PATTERN_TEXT],
  [DIGITS_PATTERN, "must be a whole number of at most nine digits"],
]);

const MOST_SHOWN = 60;

/** Which value of a request breaks which rule of its schema, as a person reads it. */
export function invalidInput({ validation, validationContext, message }: FastifyError): string {
  const [first] = validation ?? [];
  if (first === undefined) return message;
  const { keyword, instancePath, params } = first;
  const place = PLACES[validationContext ?? ""] ?? "the request";
  const subject = instancePath === "" ? place : `${shown(instancePath.slice(1))} in ${place}`;
  switch (keyword) {
    case "required":
      return `${subject} lacks ${shown(params["missingProperty"])}`;
    case "additionalProperties":
      return `${subject} has ${shown(params["additionalProperty"])}, which is not known here`;
    case "enum":
      return `${subject} must be one of ${[params["allowedValues"]].flat().map(shown).join(", ")}`;
    case "minLength":
      return `${subject} is empty`;
    case "pattern":
      return `${subject} ${PATTERNS.get(params["pattern"]) ?? "has another form than it must have"}`;
    default:
      return `${subject} ${first.message ?? "cannot be taken"}`;
  }
}

function shown(name: unknown): string {
  const text = String(name);
  return text.length <= MOST_SHOWN ? text : `${text.slice(0, MOST_SHOWN)}…`;
}
