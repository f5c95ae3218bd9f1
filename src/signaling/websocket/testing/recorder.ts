import type { FrameListener, Violation } from '../frame-reader.ts';

/** What a reader has said, in words that can be compared. */
export class Recorder implements FrameListener {
  readonly heard: string[] = [];

  handleText(text: string): void {
    this.heard.push(`text ${text}`);
  }

  handleBinary(bytes: Buffer): void {
    this.heard.push(`binary ${bytes.toString('hex')}`);
  }

  handlePing(payload: Buffer): void {
    this.heard.push(`ping ${payload.toString('hex')}`);
  }

  handlePong(): void {
    this.heard.push('pong');
  }

  handleClosing(code: number): void {
    this.heard.push(`closing ${code}`);
  }

  handleViolation(violation: Violation): void {
    this.heard.push(violation);
  }
}
