/** A result that is JSON text already, in pieces that are written one behind the other. Who answers adds those around it. */
export class JsonText {
  readonly pieces: string[];

  constructor(pieces: string[]) {
    this.pieces = pieces;
  }
}
