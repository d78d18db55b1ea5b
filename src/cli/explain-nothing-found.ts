import { SessionsError } from "../errors.js";
import type { SessionStore } from "../store/store.js";
import type { CliContext } from "./context.js";
import { firstNames } from "./report-error.js";
import type { SelectionOptions } from "./selection-options.js";
import type { Settings } from "./settings.js";
import { suggest } from "./suggest.js";

/** Platforms that a file may well have none of just now; a name close to one of these or the file's own is a typing error. */
const WELL_KNOWN_PLATFORMS = ["telegram", "discord", "slack", "api", "whatsapp", "teams", "debug"];

/**
 * When nothing matched, looks for a mistyped platform. The set of platforms is open, so one that the file has none of is
 * only said to be missing, unless it is nearly the name of another.
 *
 * @throws SessionsError USAGE for a platform that looks mistyped
 */
export async function explainNothingFound(
  context: CliContext,
  settings: Settings,
  store: SessionStore,
  { platform }: SelectionOptions,
): Promise<void> {
  if (platform === undefined) return;
  const { retention } = settings;
  const { groups } = await store.stats({ selection: [], retention, grouping: { field: "platform" } });
  const present = groups.flatMap(({ key }) => (key === undefined ? [] : [key]));
  for (const name of platform) {
    if (present.includes(name) || WELL_KNOWN_PLATFORMS.includes(name)) continue;
    const suggestions = suggest(name, [...present, ...WELL_KNOWN_PLATFORMS]);
    const hint = present.length === 0 ? "the file has no sessions" : `the file has ${firstNames(present, "platform")}`;
    if (suggestions.length > 0) {
      throw new SessionsError("USAGE", { reason: `no session has the platform "${name}"`, suggestions, hint });
    }
    await context.stderr.write(`No session has the platform "${firstNames([name], "")}"; ${hint}.\n`);
  }
}
