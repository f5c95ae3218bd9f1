import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { PeerAction, SdpClient, SdpPeer } from './sdp-peer.ts';

/** The system's Python, for which Debian packages aiortc and GStreamer's bindings. */
const python = '/usr/bin/python3';

const versionTimeoutMs = 30_000;
const replyTimeoutMs = 20_000;

/** Drives aiortc (Debian package python3-aiortc). */
export function createAiortcClient(): Promise<SdpClient> {
  return createPythonClient('aiortc', 'aiortc_peer.py', ['addSimulcastCamera', 'stopCamera', 'restartIce']);
}

/** Drives GStreamer's webrtcbin (Debian packages gir1.2-gst-plugins-bad-1.0 and gstreamer1.0-nice). */
export function createGstreamerClient(): Promise<SdpClient> {
  return createPythonClient('gstreamer', 'gstreamer_peer.py', ['addSimulcastCamera', 'stopCamera', 'restartIce']);
}

async function createPythonClient(
  name: 'aiortc' | 'gstreamer',
  script: string,
  unsupported: PeerAction[],
): Promise<SdpClient> {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const peers = new Set<PythonPeer>();
  const start = () => {
    const peer = new PythonPeer(path, () => peers.delete(peer));
    peers.add(peer);
    return peer;
  };
  const first = start();
  const version = await first.request('version', undefined, versionTimeoutMs);
  await first.close();
  const close = async () => {
    await Promise.all([...peers].map((peer) => peer.close()));
  };
  return { name, version, unsupported, openPeer: async () => start(), close };
}

/** A process with one peer connection: a request is a line of JSON on its standard input, a reply one on its output. */
class PythonPeer implements SdpPeer {
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #replies: AsyncIterator<string>;
  readonly #onClose: () => void;
  #stderr = '';

  constructor(script: string, onClose: () => void) {
    this.#process = spawn(python, ['-u', script]);
    this.#process.stderr.on('data', (chunk: Buffer) => {
      this.#stderr = (this.#stderr + chunk.toString()).slice(-2000);
    });
    // Writing to a process that has died is told by the missing reply.
    this.#process.stdin.on('error', () => undefined);
    this.#replies = createInterface({ input: this.#process.stdout })[Symbol.asyncIterator]();
    this.#onClose = onClose;
  }

  async perform(action: PeerAction) {
    await this.request('perform', action);
  }

  createOffer() {
    return this.request('createOffer');
  }

  async acceptAnswer(sdp: string) {
    await this.request('acceptAnswer', sdp);
  }

  answerOffer(sdp: string) {
    return this.request('answerOffer', sdp);
  }

  async request(method: string, argument?: string, timeoutMs = replyTimeoutMs): Promise<string> {
    this.#process.stdin.write(`${JSON.stringify({ method, argument })}\n`);
    const timer = setTimeout(() => this.#process.kill('SIGKILL'), timeoutMs);
    const reply = await this.#replies.next();
    clearTimeout(timer);
    if (reply.done) throw new Error(`The process ended or did not answer ${method}: ${this.#stderr}`);
    const { result, error }: { result?: string; error?: string } = JSON.parse(reply.value);
    if (error !== undefined) throw new Error(error);
    return result ?? '';
  }

  async close() {
    this.#onClose();
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const ended = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await ended;
  }
}
