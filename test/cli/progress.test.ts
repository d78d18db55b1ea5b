import { expect, test } from "vitest";
import type { TextOutput } from "../../src/cli/context.js";
import { Progress } from "../../src/cli/progress.js";

const SECOND = 1_000_000;

function watch(isTerminal: boolean): { progress: Progress; written: string[]; at: (seconds: number) => void } {
  const written: string[] = [];
  let now = 0;
  const write = async (text: string | Uint8Array): Promise<void> => void written.push(String(text));
  const stderr: TextOutput = { write, isTerminal, columns: 80, rows: 24 };
  return { progress: new Progress(stderr, () => now), written, at: (seconds) => (now = seconds * SECOND) };
}

test("nothing is said in the first second", () => {
  const { progress, written, at } = watch(true);
  progress.update(0, 1000);
  at(0.9);
  progress.update(900, 1000);
  expect(written).toEqual([]);
});

test("bar, share, rate and time left are drawn after a second", () => {
  const { progress, written, at } = watch(true);
  progress.update(0, 8_000_000);
  at(2);
  progress.update(2_000_000, 8_000_000);
  expect(written).toEqual(["\r\x1b[K█████                25%, 1.0 MB/s, 6s left"]);
});

test("it is drawn at most ten times a second", () => {
  const { progress, written, at } = watch(true);
  progress.update(0, 1000);
  at(2);
  progress.update(500, 1000);
  at(2.05);
  progress.update(600, 1000);
  expect(written).toHaveLength(1);
});

test("it is taken away once", async () => {
  const { progress, written, at } = watch(true);
  progress.update(0, 1000);
  at(2);
  progress.update(500, 1000);
  await progress.clear();
  await progress.clear();
  expect(written.slice(1)).toEqual(["\r\x1b[K"]);
});

test("nothing is ever said where stderr is no terminal", async () => {
  const { progress, written, at } = watch(false);
  progress.update(0, 1000);
  at(10);
  progress.update(500, 1000);
  await progress.clear();
  expect(written).toEqual([]);
});
