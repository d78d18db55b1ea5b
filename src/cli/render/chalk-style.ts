import { Chalk } from "chalk";
import type { Style } from "./style.js";

/** With the sixteen colours that every terminal has; whether they are wanted is asked elsewhere, see `colourWanted`. */
export function createChalkStyle(): Style {
  const chalk = new Chalk({ level: 1 });
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
