import { describe, expect, it } from 'vitest';
import { acceptDeflate } from './deflate-offer.ts';

const accepted =
  'permessage-deflate; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=12';

describe('an offer of compression', () => {
  it.each([
    'permessage-deflate',
    'permessage-deflate; client_max_window_bits',
    'permessage-deflate; client_max_window_bits=15; server_max_window_bits=12',
    'permessage-deflate;server_max_window_bits="15" ; server_no_context_takeover',
    'x-webkit-deflate-frame, permessage-deflate; client_no_context_takeover',
    'permessage-deflate; server_max_window_bits=8, permessage-deflate',
  ])('is accepted: %s', (offer) => {
    expect(acceptDeflate(offer)).toBe(accepted);
  });

  it.each([
    undefined,
    '',
    'x-webkit-deflate-frame',
    'permessage-deflate; server_max_window_bits=9',
    'permessage-deflate; server_max_window_bits',
    'permessage-deflate; server_max_window_bits=16',
    'permessage-deflate; server_max_window_bits=012',
    'permessage-deflate; client_max_window_bits=7',
    'permessage-deflate; server_no_context_takeover=1',
    'permessage-deflate; client_no_context_takeover; client_no_context_takeover',
    'permessage-deflate; unknown',
    'permessage-deflate; =',
  ])('is not: %s', (offer) => {
    expect(acceptDeflate(offer)).toBeUndefined();
  });
});
