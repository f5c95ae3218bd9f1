/** A result that is JSON text already, for replies that are put together from prepared pieces. */
export class JsonText {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}
