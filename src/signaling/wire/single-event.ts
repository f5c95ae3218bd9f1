/** An event for one session alone. */
export interface SingleEvent {
  /** Its text up to the value of `seq`. */
  readonly head: string;
  /** Size of the text; measuring it takes as long as writing it. */
  readonly headBytes: number;
  readonly seq: number;
}
