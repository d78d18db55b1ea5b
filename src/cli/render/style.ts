import { Chalk } from "chalk";

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

/** @param colour see `colourWanted`; the terminal that chalk finds by itself plays no part */
export function createStyle(colour: boolean): Style {
  const chalk = new Chalk({ level: colour ? 1 : 0 });
  return {
    bold: (text) => chalk.bold(text),
    dim: (text) => chalk.dim(text),
    underline: (text) => chalk.underline(text),
    red: (text) => chalk.red(text),
    green: (text) => chalk.green(text),
    yellow: (text) => chalk.yellow(text),
    blue: (text) => chalk.blue(text),
    magenta: (text) => chalk.magenta(text),
    cyan: (text) => chalk.cyan(text),
  };
}

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
