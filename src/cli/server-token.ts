import { SessionsError } from "../errors.js";
import { isLoopback } from "../server/access.js";
import type { CliContext } from "./context.js";
import { firstLine, noteReaders, secretText } from "./passphrase.js";

/** As many characters as 64 random bits have in hexadecimal. */
const SHORTEST_TOKEN = 16;

/**
 * The token that clients must name; undefined where only this machine can ask.
 * @throws SessionsError USAGE where others could ask and there is none, or it is none; IO_FAILED
 */
export async function serverToken(
  context: CliContext,
  { host, tokenFile }: { readonly host: string; readonly tokenFile?: string },
): Promise<string | undefined> {
  if (tokenFile === undefined) {
    if (isLoopback(host)) return undefined;
    throw new SessionsError("USAGE", {
      reason: `--host ${host} is open to other machines, and nothing says who may ask`,
      hint: "make a token with (umask 077; openssl rand -hex 32 > token), and add --token-file token",
    });
  }
  const unreadable = "Name a file that has the token in its first line; openssl rand -hex 32 makes one";
  const token = firstLine(secretText(context, tokenFile, unreadable)).trim();
  await noteReaders(context, tokenFile);
  if (token.length >= SHORTEST_TOKEN && /^[!-~]+$/.test(token)) return token;
  throw new SessionsError("USAGE", {
    reason: `the first line of ${tokenFile} is no token: ${SHORTEST_TOKEN} characters or more, no spaces, ASCII`,
    hint: `make one with: (umask 077; openssl rand -hex 32 > ${tokenFile})`,
  });
}
