/** Numbered lines, so that no part of it looks like another: a torn mixture equals neither version. */
export function content(label: string, lineCount: number): string {
  return Array.from({ length: lineCount }, (_, line) => `${label} ${line}\n`).join("");
}

/** Version n of a file that changes its length too. */
export function versionText(version: number): string {
  return content(`v${version}`, 1000 + ((version * 7919) % 2000));
}
