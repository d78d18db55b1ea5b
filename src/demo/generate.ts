import { NEW_FILE_HEADER } from "../session/columns.js";
import { formatTimestamp, type Instant } from "../session/timestamp.js";
import { drawActivity } from "./activity.js";
import { drawApproval, drawMetadata } from "./attachments.js";
import { drawOwners, type Owner } from "./platform.js";
import { encodeJsonField, type JsonStyle } from "./python-text.js";
import { Random } from "./random.js";
import { drawUuid } from "./uuid.js";

const PIECE_LENGTH = 64 * 1024;

/** What decides a demo file; equal ones make equal bytes. */
export interface DemoOptions {
  /** How many sessions: an integer from 0. */
  readonly rows: number;
  /** An integer from 0 to 2^53 - 1. */
  readonly seed: number;
  /** The newest time that the file may hold. */
  readonly now: Instant;
}

/**
 * Makes up a sessions file such as a Python backend writes: CRLF, minimal quoting, `json.dumps` text. Its sessions were
 * made over the year before `now` and stand in no order. Every platform, state and kind of metadata is in it; 2 % of the
 * sessions hold characters beyond ASCII as they are, 1 % a line break inside a quoted field.
 *
 * @returns the text of the file, header first, in pieces of about 64 Ki characters
 */
export function* generateDemo({ rows, seed, now }: DemoOptions): Generator<string> {
  const random = new Random(seed);
  const owners = drawOwners(random, rows);
  let piece = NEW_FILE_HEADER;
  for (let row = 0; row < rows; row++) {
    piece += drawRecord(random, owners.next().value, rows, now);
    if (piece.length >= PIECE_LENGTH) {
      yield piece;
      piece = "";
    }
  }
  if (piece !== "") yield piece;
}

function drawRecord(random: Random, owner: Owner, rows: number, now: Instant): string {
  const activity = drawActivity(random, now, owner.rank, rows);
  const createdAt = formatTimestamp(activity.created);
  const style = drawStyle(random);
  const isPlain = style === PLAIN;
  const hasMetadata = !isPlain || random.chance(0.7);
  const ids = `${drawUuid(random)},${owner.userId},${owner.platform},${drawUuid(random)}`;
  const pendingApproval = activity.pending ? encodeJsonField(drawApproval(random), style) : "";
  const metadata = hasMetadata ? drawMetadata(random, owner, createdAt, !style.escapeNonAscii) : {};
  const lastActivity = formatTimestamp(activity.last);
  return `${ids},${createdAt},${lastActivity},${pendingApproval},${encodeJsonField(metadata, style)}\r\n`;
}

const PLAIN: JsonStyle = { escapeNonAscii: true };
const RAW: JsonStyle = { escapeNonAscii: false };
const INDENTED: JsonStyle = { escapeNonAscii: true, lineBreak: "\n" };
const INDENTED_CRLF: JsonStyle = { escapeNonAscii: true, lineBreak: "\r\n" };

function drawStyle(random: Random): JsonStyle {
  const share = random.fraction();
  if (share < 0.02) return RAW;
  if (share < 0.025) return INDENTED;
  return share < 0.03 ? INDENTED_CRLF : PLAIN;
}
