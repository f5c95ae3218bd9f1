import { describe, expect, it } from 'vitest';
import { mediaPathProblem } from './media-path.ts';

const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0';
const chromium =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36';

describe('mediaPathProblem', () => {
  it.each(['127.0.0.1', 'localhost', '[::1]'])('explains Firefox’s rule about loopback on %s', (hostname) => {
    expect(mediaPathProblem({ hostname, userAgent: firefox })).toBe('mediaLoopbackFirefox');
  });

  it('blames the network for other browsers and other places', () => {
    expect(mediaPathProblem({ hostname: '127.0.0.1', userAgent: chromium })).toBe('mediaBlocked');
    expect(mediaPathProblem({ hostname: '127.example.org', userAgent: firefox })).toBe('mediaBlocked');
    expect(mediaPathProblem({ hostname: 'call.example.org', userAgent: firefox })).toBe('mediaBlocked');
  });
});
