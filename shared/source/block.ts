/**
 * Whole lines of one source, as `openSource` hands them on. The memory is shared between threads and goes back to its
 * pool with `release`; whoever holds a block may read it until then.
 */
export interface Block {
  /** Backed by a `SharedArrayBuffer` of the pool's block size. */
  readonly bytes: Uint8Array;
  /** The lines are `bytes[0, length)`, each ended by `\n` (a `\r` before it is left in); 0 where `tooLong`. */
  readonly length: number;
  /** Byte offset of the first line in the decompressed source. */
  readonly from: number;
  /** Byte offset after the last one: `to - from === length`, but for `tooLong`, where the bytes are not held. */
  readonly to: number;
  /** True where the block stands for one line over 64 KiB, whose bytes were let go. */
  readonly tooLong: boolean;
  /** True where the block is the source's last line and has no line end. */
  readonly unterminated: boolean;
  /** Gives the memory back; call once. */
  release(): void;
}
