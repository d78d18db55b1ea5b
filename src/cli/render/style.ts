export type Paint = (text: string) => string;

/** Ways to set off text on a terminal. Without colour each returns its text as it is. */
export interface Style {
  readonly bold: Paint;
  readonly dim: Paint;
  readonly underline: Paint;
  readonly red: Paint;
  readonly green: Paint;
  readonly yellow: Paint;
  readonly blue: Paint;
  readonly magenta: Paint;
  readonly cyan: Paint;
}

export type ColourChoice = "auto" | "always" | "never";

const asItIs: Paint = (text) => text;

/** Without colour. */
export const PLAIN_STYLE: Style = {
  bold: asItIs,
  dim: asItIs,
  underline: asItIs,
  red: asItIs,
  green: asItIs,
  yellow: asItIs,
  blue: asItIs,
  magenta: asItIs,
  cyan: asItIs,
};

/**
 * Whether one stream gets colour. The first that says something decides: `--color`, `NO_COLOR` (unless empty),
 * `FORCE_COLOR` (`0` and `false` say no, all else, the empty string too, says yes), `TERM=dumb`, the terminal.
 *
 * @param isTerminal of the stream in question; stdout and stderr are judged alone
 */
export function colourWanted(options: {
  readonly choice: ColourChoice;
  readonly isTerminal: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
}): boolean {
  const { choice, isTerminal, env } = options;
  if (choice !== "auto") return choice === "always";
  if ((env["NO_COLOR"] ?? "") !== "") return false;
  const forced = env["FORCE_COLOR"];
  if (forced !== undefined) return forced !== "0" && forced !== "false";
  return env["TERM"] !== "dumb" && isTerminal;
}
