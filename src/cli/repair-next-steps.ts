import { RULES, type DiagnosticCode } from "../check/rules/index.js";
import type { Outcome } from "../check/diagnostic.js";
import type { PreparedRepair } from "../store/csv-repair.js";
import type { RepairFiles } from "../store/repair-files.js";
import type { CliContext } from "./context.js";
import { STANDARD_INPUT_NAME } from "./open-store.js";
import { withoutSecrets } from "./redact.js";
import { nextStep } from "./render/next-step.js";
import { shellQuote } from "./shell-quote.js";
import { shownPath } from "./shown-path.js";

const MOST_EXPLAINED = 3;

/** What to type after a repair that set something aside or left errors; the empty string where it did neither. */
export function repairNextSteps(
  context: CliContext,
  prepared: PreparedRepair,
  files: RepairFiles,
  stream: "stdout" | "stderr",
): string {
  const steps = [...asideSteps(context, prepared, files), ...keptSteps(prepared)];
  if (steps.length === 0) return "";
  const { isTerminal, columns } = context[stream];
  const width = isTerminal ? columns : Infinity;
  const lines = steps.map(([label, command]) => nextStep(label, withoutSecrets(command), width, "  "));
  return `What to do next:\n${lines.join("")}`;
}

type Step = readonly [label: string, command: string];

/** Where the bytes are that the repair read, what is certain of them, and why they were set aside. */
function asideSteps(context: CliContext, prepared: PreparedRepair, files: RepairFiles): readonly Step[] {
  const { input, proof } = prepared;
  if (files.quarantine === undefined) return [];
  const word = (file: string): string => shellQuote(shownPath(context, file));
  const steps: Step[] = [["Look at what is set aside, a piece a line:", `less ${word(files.quarantine)}`]];
  const codes = codesWith(prepared, "quarantined");
  const read = files.backup ?? input.location;
  if (read !== STANDARD_INPUT_NAME) {
    if (proof.quarantined.salvageable > 0 && files.partial === undefined) {
      const command = `sessions repair ${word(read)} -o again.csv --partial certain.csv`;
      steps.push(["Get what is certain of it as CSV:", command]);
    }
    if (codes.includes("invalid-utf8")) {
      const command = `iconv -f ENCODING -t UTF-8 ${word(read)} | sessions validate -`;
      steps.push(["Where you know the encoding of the text:", command]);
    }
  }
  const [code] = codes;
  return code === undefined ? steps : [...steps, ["See why it is set aside:", `sessions explain ${code}`]];
}

function keptSteps(prepared: PreparedRepair): readonly Step[] {
  const codes = codesWith(prepared, "kept").filter((code) => RULES[code].severity === "error");
  return codes.slice(0, MOST_EXPLAINED).map((code) => [`See why ${code} stays:`, `sessions explain ${code}`]);
}

function codesWith({ findings }: PreparedRepair, outcome: Outcome): readonly DiagnosticCode[] {
  return findings.filter((tally) => tally.outcome === outcome).map(({ code }) => code);
}
