import type { Replacement } from "../storage/atomic-replace.js";

const BUFFER_BYTES = 1024 * 1024;

/**
 * Copies pieces into a replacement through two buffers in turn, so that one is filled while the other is written. A piece
 * must be valid until the next one is asked for; nothing else is held in memory.
 *
 * @param likelyBytes about how many there will be in all
 * @param onBatch waited for after each batch
 * @throws SessionsError what `Replacement.write` throws; the replacement has ended then
 */
export async function copyPieces(
  replacement: Replacement,
  batches: Iterable<Iterable<Uint8Array>>,
  likelyBytes: number,
  onBatch?: () => Promise<void>,
): Promise<void> {
  const size = Math.min(BUFFER_BYTES, Math.max(4096, likelyBytes));
  const buffers = [Buffer.allocUnsafe(size), Buffer.allocUnsafe(size)];
  let [filling, other] = buffers as [Buffer, Buffer];
  let fill = 0;
  let writing: Promise<void> = Promise.resolve();
  const flush = async (): Promise<void> => {
    await writing;
    writing = replacement.write(filling.subarray(0, fill));
    // A failure is thrown by the next await; until then it must not count as unhandled.
    writing.catch(() => undefined);
    [filling, other] = [other, filling];
    fill = 0;
  };
  for (const pieces of batches) {
    for (const piece of pieces) {
      for (let at = 0; at < piece.length;) {
        if (fill === size) await flush();
        const count = Math.min(size - fill, piece.length - at);
        filling.set(piece.subarray(at, at + count), fill);
        fill += count;
        at += count;
      }
    }
    await onBatch?.();
  }
  await flush();
  await writing;
}
