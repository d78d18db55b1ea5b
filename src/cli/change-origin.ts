import { MICROSECONDS_PER_SECOND } from "../session/timestamp.js";
import type { ChangeOrigin } from "../store/store.js";
import type { CliContext } from "./context.js";
import type { Settings } from "./settings.js";

/**
 * What the change log says of who changes a file; undefined where changes are not to be logged.
 * @param selection what is selected, in words; empty for the whole file
 */
export function originOf(context: CliContext, settings: Settings, selection = ""): ChangeOrigin | undefined {
  if (!settings.logsChanges) return undefined;
  const { user, host, command } = context.process;
  const time = new Date(context.clock() / (MICROSECONDS_PER_SECOND / 1000));
  return { time, user, host, command, ...(selection === "" ? {} : { selection }) };
}
