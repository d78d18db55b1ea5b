/** The line break of a header line, or of a record; without one, that of a new file. */
export function lineBreakOf(line: string): string {
  return line.endsWith("\n") && !line.endsWith("\r\n") ? "\n" : "\r\n";
}
