/** A set-up step that could not be done: what failed, what was tried, and what the person can do about it. */
export class StepFailure extends Error {
  /** @param {{ what: string, tried?: string[], todo: string[] }} failure */
  constructor({ what, tried = [], todo }) {
    super(what);
    this.name = 'StepFailure';
    this.tried = tried;
    this.todo = todo;
  }

  /** The lines that a person reads in the terminal. */
  describe() {
    const lines = [`✗ ${this.message}`];
    for (const line of this.tried) lines.push(`  tried: ${line}`);
    for (const line of this.todo) lines.push(`  → ${line}`);
    return lines.join('\n');
  }
}
