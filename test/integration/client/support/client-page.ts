import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import type { CrosspointClient } from '../../../../src/client/index.ts';

const entry = fileURLToPath(new URL('./page-script.ts', import.meta.url));

declare global {
  interface Window {
    /** What the page's script offers to the test; see page-script.ts. */
    call: PageCall;
  }
}

export interface EnterOptions {
  url: string;
  room: string;
  name: string;
  /** Pixels of the camera; without it nothing is published. */
  camera?: { width: number; height: number };
  subscribe?: 'auto' | 'manual';
  iceTransportPolicy?: RTCIceTransportPolicy;
}

export interface PageCall {
  client: CrosspointClient;
  /** Names of the events in order, with the ids they were about. */
  log: string[];
  /** Milliseconds from the call of `enter` to the first decoded frame of somebody else. */
  firstFrameMs: number | undefined;
  enter(options: EnterOptions): Promise<void>;
  /** Of each received video: frames decoded, size, and whether the picture is other than black. */
  pictures(): Promise<{ participant: string; source: string; frames: number; width: number; bright: boolean }[]>;
  /** Of each received audio: its energy so far. */
  sounds(): Promise<{ participant: string; source: string; energy: number }[]>;
  /** Every frame of every WebSocket. */
  frames: { direction: 'sent' | 'received'; text: string }[];
  /** Ends the WebSocket without a word. */
  cutSocket(): void;
  /** The server's user fragments that were seen beside the first of each connection: one for each ICE restart. */
  remoteUserFragments(): string[];
  /** A video track with moving content that needs no device. */
  createPicture(width: number, height: number): MediaStreamTrack;
}

/** Serves a page with the bundled client, or another script that uses it, on a loopback port. */
export async function serveClientPage(scriptFile = entry): Promise<{ url: string } & AsyncDisposable> {
  const script = await bundle(scriptFile);
  const server = createServer((request, response) => {
    const isScript = request.url === '/script.js';
    response.writeHead(200, { 'Content-Type': isScript ? 'text/javascript' : 'text/html; charset=utf-8' });
    response.end(isScript ? script : '<!doctype html><title>client</title><body><script src="/script.js"></script>');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const close = async () => {
    server.close();
    server.closeAllConnections();
  };
  return { url: `http://127.0.0.1:${port}/`, [Symbol.asyncDispose]: close };
}

async function bundle(scriptFile: string): Promise<string> {
  const result = await build({
    configFile: false,
    logLevel: 'warn',
    build: {
      write: false,
      minify: false,
      lib: { entry: scriptFile, formats: ['iife'], name: 'page', fileName: 'page' },
    },
  });
  const [output] = Array.isArray(result) ? result : [result];
  if (!output || !('output' in output)) throw new Error('vite built nothing');
  return output.output[0].code;
}
