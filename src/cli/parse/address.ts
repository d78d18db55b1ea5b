import { InvalidArgumentError } from "commander";

/** For commander: a TCP port, or 0 for any that is free. */
export function parsePort(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new InvalidArgumentError(`"${text}" is no port. Write a number from 0 to 65535.`);
}

/** For commander: an origin as browsers name it, collected over repetitions. */
export function parseOrigin(text: string, previous: readonly string[] = []): readonly string[] {
  if (URL.canParse(text) && new URL(text).origin === text && /^https?:/.test(text)) return [...previous, text];
  throw new InvalidArgumentError(
    `"${text}" is no origin. Write scheme, host and port as browsers do, for example https://admin.example.`,
  );
}
