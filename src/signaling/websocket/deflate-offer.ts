import { wireLimits } from '../../shared/limits.ts';

const extension = 'permessage-deflate';
const maxWindowBits = 15;
const minWindowBits = 8;
/** Names and values are tokens; a value may be quoted (RFC 6455, section 9.1). */
const token = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const parameter = new RegExp(`^(${token})(?:\\s*=\\s*(?:(${token})|"(${token})"))?$`);

/**
 * The answer to what a client offers in `Sec-WebSocket-Extensions`: no context is taken over in either direction, so the
 * server keeps nothing of what it has sent or received, and its window is ours. Undefined when nothing that is offered
 * can be accepted (RFC 7692, section 7.1).
 */
export function acceptDeflate(offers: string | undefined): string | undefined {
  const isAcceptable = (offers ?? '').split(',').some(acceptsOffer);
  if (!isAcceptable) return undefined;
  const { compressWindowBits } = wireLimits;
  return `${extension}; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=${compressWindowBits}`;
}

function acceptsOffer(offer: string): boolean {
  const [name, ...parameters] = offer.split(';').map((part) => part.trim());
  if (name !== extension) return false;
  const seen = new Set<string>();
  return parameters.every((text) => {
    const [, key = '', plain, quoted] = parameter.exec(text) ?? [];
    const isFirst = !seen.has(key);
    seen.add(key);
    return isFirst && acceptsParameter(key, plain ?? quoted);
  });
}

function acceptsParameter(key: string, value: string | undefined): boolean {
  switch (key) {
    case 'server_no_context_takeover':
    case 'client_no_context_takeover':
      return value === undefined;
    case 'client_max_window_bits':
      return value === undefined || isWindow(value);
    case 'server_max_window_bits':
      // A smaller window than ours was asked for by a client that has no memory for more.
      return value !== undefined && isWindow(value) && Number(value) >= wireLimits.compressWindowBits;
    default:
      return false;
  }
}

function isWindow(value: string): boolean {
  return /^[1-9][0-9]?$/.test(value) && Number(value) >= minWindowBits && Number(value) <= maxWindowBits;
}
