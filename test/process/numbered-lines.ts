/** Numbered lines, so that no part of it looks like another: a torn mixture equals neither version. */
export function content(label: string, lineCount: number): string {
  return Array.from({ length: lineCount }, (_, line) => `${label} ${line}\n`).join("");
}
