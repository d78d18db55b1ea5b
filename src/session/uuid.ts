/** Of any version, as the source of a regular expression. */
export const UUID_SOURCE = "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}";

const WHOLE = new RegExp(`^${UUID_SOURCE}$`);

export function isUuid(text: string): boolean {
  return WHOLE.test(text);
}
