/** An event for one session alone. */
export interface SingleEvent {
  /** Its text up to the value of `seq`. */
  readonly head: string;
  readonly seq: number;
}
