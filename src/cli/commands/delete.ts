import type { Command } from "commander";
import { SessionsError } from "../../errors.js";
import type { Condition } from "../../session/query.js";
import type { CliContext } from "../context.js";
import { explainNothingFound } from "../explain-nothing-found.js";
import { openStore } from "../open-store.js";
import { addConfirmOption, addRemovalOptions, type RemovalOptions } from "../removal-options.js";
import { removeSessions } from "../remove-sessions.js";
import { requireSessions } from "../require-sessions.js";
import { addSelectionOptions, selectionFrom, type SelectionOptions } from "../selection-options.js";
import { selectionText } from "../selection-words.js";
import { Settings, type GlobalOptions } from "../settings.js";

export interface DeleteOptions extends GlobalOptions, SelectionOptions, RemovalOptions {}

export function deleteCommand(program: Command, context: CliContext): Command {
  const command = program
    .command("delete")
    .argument("[id...]", "session ids, or starts of ids that fit no other")
    .description("Delete sessions by id or by selection. All records of an id go.");
  addConfirmOption(addRemovalOptions(command));
  return addSelectionOptions(command, { takesArguments: true })
    .addHelpText("after", EXAMPLES)
    .action(async (ids: string[]) => runDelete(context, ids, command.optsWithGlobals<DeleteOptions>()));
}

export async function runDelete(context: CliContext, ids: readonly string[], options: DeleteOptions): Promise<void> {
  const settings = new Settings(context, options);
  const store = await openStore(context, settings, { toWrite: options.dryRun !== true });
  const { retention } = settings;
  const chosen = await selectionFrom(options, retention, async () => (await store.describe()).columns.names);
  if (ids.length === 0 && chosen.length === 0) {
    throw new SessionsError("USAGE", {
      reason: "delete needs ids or a selection; without either it deletes nothing",
      hint: "for example: sessions delete <id>, sessions delete --user 12345, sessions delete --expired",
    });
  }
  const byId: Condition[] = [];
  if (ids.length > 0) {
    const found = await requireSessions(store, ids, retention);
    byId.push({ type: "id", ids: new Set(found.flat().map(({ sessionId }) => sessionId)) });
  }
  await explainNothingFound(context, settings, store, options);
  await removeSessions(
    context,
    settings,
    store,
    {
      name: "delete",
      criterion: selectionText(ids, options, retention),
      request: { selection: [...byId, ...chosen], retention, keepPending: false },
      guardsHalf: true,
    },
    options,
  );
}

const EXAMPLES = `
Examples:
  sessions delete 0a4a371f                     by the start of its id; asks first
  sessions delete --user telegram_12345 --yes  everything of a user
  sessions delete --expired --confirm 812      over half of the file, in a script`;
