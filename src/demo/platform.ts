import type { Random } from "./random.js";

/** The user whom documentation and benchmarks look for; every demo file with a session has one of theirs first. */
const WELL_KNOWN_USER = "telegram_12345";

/** Each platform, how many of a hundred sessions it has, and the ids of its users by their number (0 to 2^32 - 1). */
const PLATFORMS = [
  { name: "telegram", weight: 45, userId: (n: number) => `telegram_${100_000 + n * 7}` },
  { name: "discord", weight: 20, userId: (n: number) => `discord_803${110_224_678_541_824 + n * 104_729}` },
  { name: "api", weight: 15, userId: (n: number) => `api_user${n + 1}` },
  { name: "slack", weight: 10, userId: (n: number) => `slack_U02${hex(n * 31, 6).toUpperCase()}` },
  { name: "whatsapp", weight: 6, userId: (n: number) => `whatsapp_1555${String(n).padStart(7, "0")}` },
  { name: "teams", weight: 4, userId: (n: number) => `teams_${hex(Math.imul(n, 0x9e37_79b1) >>> 0, 8)}` },
] as const;

type Platform = (typeof PLATFORMS)[number];

/** Which platform and user a session is of. */
export interface Owner {
  readonly userId: string;
  readonly platform: Platform["name"];
  /** How many sessions of the same platform came before this one. */
  readonly rank: number;
}

/**
 * Draws owners without end. Each hundred of them has exactly the platforms' weights, as a shuffled deck of cards does, so
 * that a short file shows every platform. Users are about a fifth as many as sessions; a few have many sessions.
 *
 * @param rows how many sessions the file will hold
 */
export function* drawOwners(random: Random, rows: number): Generator<Owner, never> {
  const deck = PLATFORMS.flatMap((platform) => Array<Platform>(platform.weight).fill(platform));
  const ranks = new Map<Platform, number>();
  const wellKnownShare = Math.min(0.1, Math.max(0.0022, 5 / rows));
  random.shuffle(deck);
  const firstTelegram = deck.indexOf(PLATFORMS[0]);
  [deck[0], deck[firstTelegram]] = [PLATFORMS[0], deck[0] ?? PLATFORMS[0]];
  for (;;) {
    for (const platform of deck) {
      const rank = ranks.get(platform) ?? 0;
      ranks.set(platform, rank + 1);
      const isTelegram = platform.name === "telegram";
      const isWellKnown = isTelegram && (rank === 0 || random.chance(wellKnownShare));
      const userCount = Math.ceil((rows * platform.weight) / 500);
      const number = Math.floor(userCount * random.fraction() ** 1.5);
      yield { userId: isWellKnown ? WELL_KNOWN_USER : platform.userId(number), platform: platform.name, rank };
    }
    random.shuffle(deck);
  }
}

function hex(n: number, digits: number): string {
  return n.toString(16).padStart(digits, "0");
}
