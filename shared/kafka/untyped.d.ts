/** Of lz4js what is used here. */
declare module 'lz4js' {
  /** Decompresses the block at `from` into `out` at `to`; answers where it ends there. Checks no bounds. */
  function decompressBlock(
    bytes: Uint8Array,
    out: Uint8Array,
    from: number,
    length: number,
    to: number,
  ): number;
  /** Compresses the block at `from`; answers its length in `out`, 0 where nothing is gained. The table is all zeros before. */
  function compressBlock(
    bytes: Uint8Array,
    out: Uint8Array,
    from: number,
    length: number,
    table: number[],
  ): number;
  const lz4: { decompressBlock: typeof decompressBlock; compressBlock: typeof compressBlock };
  export default lz4;
}

/** Of snappyjs what is used here. */
declare module 'snappyjs' {
  const snappy: { compress(bytes: Buffer): Buffer; uncompress(bytes: Buffer): Buffer };
  export default snappy;
}

/** Of kafkajs' own membership of a group what is used here. */
declare module 'kafkajs/src/consumer/consumerGroup.js' {
  import type { Cluster, OffsetsByTopicPartition } from 'kafkajs';

  export interface GroupMembership {
    readonly cluster: Cluster;
    /** Made anew with each join; its commits name the generation of that join. */
    readonly offsetManager: { commitOffsets(offsets: OffsetsByTopicPartition): Promise<void> };
    joinAndSync(): Promise<void>;
  }
  const ConsumerGroup: { readonly prototype: GroupMembership };
  export default ConsumerGroup;
}
