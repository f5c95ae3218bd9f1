import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sdpFixtures } from '../../test/support/sdp-fixtures.ts';
import { CrosspointError } from '../shared/errors.ts';
import { parseCandidate } from './parse-candidate.ts';

const refused = expect.objectContaining({ code: 'invalidCandidate' });
const host = 'candidate:1 1 udp 2122260223 192.0.2.1 53000 typ host';

describe('parseCandidate', () => {
  it('reads host, reflexive, relayed and TCP candidates', () => {
    expect(parseCandidate(`${host} generation 0 ufrag ab network-id 1`)).toEqual({
      foundation: '1',
      component: 1,
      protocol: 'udp',
      priority: 2_122_260_223,
      address: '192.0.2.1',
      port: 53_000,
      type: 'host',
    });
    expect(parseCandidate('candidate:2 1 UDP 1 198.51.100.1 1 typ srflx raddr 0.0.0.0 rport 0')).toMatchObject({
      protocol: 'udp',
      type: 'srflx',
    });
    expect(parseCandidate('a=candidate:3 1 udp 1 2001:db8::1 1 typ relay')).toMatchObject({
      address: '2001:db8::1',
      type: 'relay',
    });
    expect(parseCandidate('candidate:4 1 tcp 1 192.0.2.1 9 typ host tcptype active generation 0')).toMatchObject({
      protocol: 'tcp',
      tcpType: 'active',
    });
  });

  it('reads names that hide an address', () => {
    const name = '1f4712db-ea17-4bcf-a596-105139dfd8bf.local';
    expect(parseCandidate(host.replace('192.0.2.1', name))?.address).toBe(name);
  });

  it('takes an empty line, as Firefox sends before its last, for the end', () => {
    expect(parseCandidate('')).toBeUndefined();
    expect(parseCandidate('a=end-of-candidates')).toBeUndefined();
  });

  it('reads every recorded candidate', () => {
    const lines = sdpFixtures().flatMap(({ sdp }) => sdp.match(/^a=candidate:.*$/gm) ?? []);
    expect(lines.length).toBeGreaterThan(20);
    for (const line of lines) expect(parseCandidate(line.trim())?.type).toBe('host');
  });

  it.each([
    'hello',
    'candidate:1 1 udp',
    host.replace('192.0.2.1', 'example.org'),
    host.replace('192.0.2.1', '999.0.2.1'),
    host.replace('53000', '65536'),
    host.replace('2122260223', '9999999999'),
    host.replace('1 udp', '0 udp'),
    host.replace('udp', 'sctp'),
    host.replace('host', 'guest'),
    host.replace(':1', ':<1>'),
    `${host} ${'x'.repeat(1024)}`,
  ])('refuses %s', (line) => {
    expect(() => parseCandidate(line)).toThrow(refused);
  });

  it('reads any text or throws its one error', () => {
    const piece = fc.oneof(fc.string(), fc.constantFrom(...host.split(' '), ' ', 'tcptype', 'raddr'));
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
        try {
          const candidate = parseCandidate(pieces.join(' '));
          expect(candidate === undefined || candidate.port <= 65_535).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(CrosspointError);
          expect(error).toMatchObject({ code: 'invalidCandidate' });
        }
      }),
    );
  });
});
