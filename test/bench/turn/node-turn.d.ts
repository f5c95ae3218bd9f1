/** The part of node-turn, which has no types, that the benchmark uses. */
declare module 'node-turn' {
  export default class Turn {
    constructor(options: object);
    start(): void;
  }
}
