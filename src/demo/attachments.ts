import type { JsonObject } from "./python-text.js";
import type { Owner } from "./platform.js";
import type { Random } from "./random.js";
import { drawUuid } from "./uuid.js";
import {
  DOCUMENTS,
  LANGUAGES,
  NAMES,
  NON_ASCII_NAMES,
  PARAGRAPHS,
  REQUESTS,
  SOURCES,
  TOOLS,
  USER_AGENTS,
} from "./vocabulary.js";

/** A tool call that waits for its user's yes or no. */
export function drawApproval(random: Random): JsonObject {
  const start = random.below(5000);
  const text = Array.from({ length: 1 + random.below(2) }, () => random.pick(PARAGRAPHS)).join(" ");
  return {
    type: "approval_request",
    tool_name: random.pick(TOOLS),
    tool_call_id: `call_${random.below(1_000_000)}`,
    args: {
      document_id: drawUuid(random),
      start,
      end: start + random.below(2000),
      anchor: ["body", random.below(12), random.below(4)],
      text,
      dry_run: random.chance(0.5),
    },
    description: random.pick(REQUESTS),
  };
}

/**
 * What a backend notes beside a session; the keys differ from one session to the next.
 *
 * @param createdAt when the session was made, as the file has it
 * @param nonAsciiName whether the user's name must hold characters beyond ASCII
 */
export function drawMetadata(random: Random, owner: Owner, createdAt: string, nonAsciiName: boolean): JsonObject {
  const octet = (): number => 1 + random.below(254);
  return {
    source: random.pick(SOURCES),
    ip_address: `${octet()}.${octet()}.${octet()}.${octet()}`,
    user_profile: {
      name: random.pick(nonAsciiName ? NON_ASCII_NAMES : NAMES),
      language: random.pick(LANGUAGES),
      is_premium: random.chance(0.1),
    },
    message_count: 1 + random.below(500),
    ...(random.chance(0.5) ? { last_message: random.pick(REQUESTS) } : {}),
    ...(random.chance(0.3) ? drawDocument(random, createdAt) : {}),
    ...(random.chance(0.3) ? drawClient(random) : {}),
    ...drawChannel(random, owner),
  };
}

function drawDocument(random: Random, createdAt: string): JsonObject {
  const name = random.pick(DOCUMENTS);
  return { document_path: `/srv/docs/${name}`, document_name: name, document_loaded_at: createdAt };
}

function drawClient(random: Random): JsonObject {
  const version = `${random.below(9)}.${random.below(20)}.${random.below(50)}`;
  return { client: { user_agent: random.pick(USER_AGENTS), version } };
}

/** Where on the platform the talk takes place; the ids of Discord's servers are beyond 2^53. */
function drawChannel(random: Random, owner: Owner): JsonObject {
  if (owner.platform === "telegram" && random.chance(0.2)) return { chat_id: -1_001_000_000_000 - random.uint32() };
  if (owner.platform === "discord") return { guild_id: 1_080_000_000_000_000_000n + BigInt(random.uint32()) };
  if (owner.platform === "api") return { temperature: random.pick([0.1, 0.35, 0.7]), trace_id: null };
  return {};
}
