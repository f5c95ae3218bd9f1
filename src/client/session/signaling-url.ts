import { compressParameter } from '../../protocol/encodings.ts';
import { CrosspointClientError } from '../client-error.ts';

const signalingPath = '/signaling';

/** The WebSocket address: http(s) becomes ws(s), and a bare host gets the usual path. It says whether to compress. */
export function signalingUrl(url: string | URL | undefined, compress = false): string {
  const parsed = parse(url ?? pageOrigin());
  if (parsed.protocol === 'http:') parsed.protocol = 'ws:';
  if (parsed.protocol === 'https:') parsed.protocol = 'wss:';
  if (parsed.pathname === '/') parsed.pathname = signalingPath;
  parsed.hash = '';
  if (compress) parsed.searchParams.set(compressParameter, '1');
  return parsed.href;
}

function parse(url: string | URL): URL {
  try {
    return new URL(url);
  } catch (cause) {
    throw new CrosspointClientError('invalidState', { message: `Not an address: ${url}`, cause });
  }
}

function pageOrigin(): string {
  if (typeof location === 'undefined') {
    throw new CrosspointClientError('invalidState', { message: 'Outside of a page the client needs a url.' });
  }
  return location.origin;
}
