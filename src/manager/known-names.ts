import { inspect } from "node:util";
import { SessionsError } from "../errors.js";

/** Each name of an object's members once; the compiler sees to it that none is missing. */
export type Names<Given> = Readonly<Record<keyof Given, true>>;

/** A misspelt name would be ignored without a word. @throws SessionsError USAGE for what is no object, and for other names */
export function requireNames<Given extends object>(what: string, given: Given, names: Names<Required<Given>>): void {
  const value: unknown = given;
  const known = Object.keys(names).join(", ");
  if (typeof value !== "object" || value === null) {
    throw new SessionsError("USAGE", { reason: `${what}: this is no object`, hint: `Give an object with ${known}` });
  }
  const [unknown] = Object.keys(value).filter((name) => !Object.hasOwn(names, name));
  if (unknown === undefined) return;
  throw new SessionsError("USAGE", {
    reason: `${what}: ${JSON.stringify(unknown)} is not known`,
    hint: `Known are ${known}`,
  });
}

/** @throws SessionsError USAGE for a value that cannot be used, with what to give instead */
export function requireValue(name: string, value: unknown, isUsable: boolean, what: string): void {
  if (isUsable) return;
  const shown = typeof value === "string" ? JSON.stringify(value) : inspect(value, { depth: 0 });
  throw new SessionsError("USAGE", { reason: `${name} is ${shown}`, hint: `Give ${what}` });
}
