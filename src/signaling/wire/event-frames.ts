/** Events as the frames of one encoding. What differs between receivers is the sequence number, in a place of fixed width. */
export interface EventFrames {
  /** Size of the frames `from` (included) to `to` (excluded). */
  byteLength(from: number, to: number): number;
  /** Copies frames into `target`, numbered from `firstSeq`; returns the offset after them. */
  copyTo(target: Buffer, offset: number, range: EventRange): number;
  /** Writes the sequence numbers into frames that `copyTo` has put there, over those of another receiver. */
  number(target: Buffer, offset: number, range: EventRange): void;
  /** The same frames without a copy of what is shared: for large frames, where copying costs more than a longer list. */
  chunksOf(range: EventRange): Buffer[];
}

/** A part of a batch with the sequence number of its first event. */
export interface EventRange {
  readonly from: number;
  readonly to: number;
  readonly firstSeq: number;
}
