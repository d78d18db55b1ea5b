import { whileUnchangedEach, type PreparedRepair } from "../store/csv-repair.js";
import { repairDiff } from "../store/repair-diff.js";
import type { CliContext } from "./context.js";
import { diffHeader, renderHunk } from "./render/diff.js";
import { PLAIN_STYLE } from "./render/style.js";
import { visibleText } from "./render/visible.js";
import type { Settings } from "./settings.js";
import { shownPath } from "./shown-path.js";

const PIECE_BYTES = 64 * 1024;

/**
 * Prints what a repair changes as a unified diff, nothing where it changes nothing. On a terminal, and in colour, hostile
 * text is made visible; else the bytes are those of the file.
 */
export async function printDiff(
  context: CliContext,
  settings: Settings,
  prepared: PreparedRepair,
  newPath: string,
): Promise<void> {
  const { stdout } = context;
  const { plan, proof, input } = prepared;
  const style = settings.styleOf("stdout");
  const look = { style, isForPeople: stdout.isTerminal || style !== PLAIN_STYLE };
  let isEmpty = true;
  let held: Uint8Array[] = [];
  let byteLength = 0;
  for (const hunk of whileUnchangedEach(input, repairDiff(plan, proof))) {
    const [oldName, newName] = [input.location, newPath].map((file) => visibleText(shownPath(context, file)));
    if (isEmpty) await stdout.write(diffHeader(oldName ?? "", newName ?? "", look));
    isEmpty = false;
    for (const piece of renderHunk(hunk, plan, look)) {
      held.push(Buffer.from(piece));
      byteLength += piece.length;
      if (byteLength < PIECE_BYTES) continue;
      await stdout.write(Buffer.concat(held));
      held = [];
      byteLength = 0;
    }
  }
  await stdout.write(Buffer.concat(held));
}
