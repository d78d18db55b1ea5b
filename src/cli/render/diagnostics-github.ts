import { wantedText, type DiagnosticsReport, type Print } from "./diagnostics-report.js";
import { visibleText } from "./visible.js";

/**
 * Workflow commands, of which GitHub makes annotations: `::error file=…,line=…,col=…,title=<code>::<message>`. A clean file
 * prints nothing.
 */
export function createGithubReport(print: Print): DiagnosticsReport {
  let path = "";
  return {
    beginFile: (file) => void (path = file.path),
    finding: ({ severity, line, column, code, message, expected }) => {
      const properties = [
        `file=${escapeProperty(path)}`,
        `line=${line}`,
        `col=${column}`,
        `title=${escapeProperty(code)}`,
      ];
      const advice = expected === undefined ? "" : `; ${wantedText(expected)}`;
      print(`::${severity} ${properties.join(",")}::${escapeData(`${message}${advice}`)}\n`);
    },
    endFile: () => undefined,
    finish: () => undefined,
  };
}

/** Line breaks, which would be %0D and %0A, are made visible like all other controls. */
function escapeData(text: string): string {
  return visibleText(text).replaceAll("%", "%25");
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
