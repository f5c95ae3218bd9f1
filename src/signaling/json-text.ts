/** A result that is JSON text already, in pieces that are written one behind the other. */
export class JsonText {
  readonly pieces: readonly string[];

  constructor(pieces: readonly string[]) {
    this.pieces = pieces;
  }
}
