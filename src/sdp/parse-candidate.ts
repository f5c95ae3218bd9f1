import { isIP } from 'node:net';
import { CrosspointError } from '../shared/errors.ts';
import { sdpLimits } from '../shared/limits.ts';

/** A client's candidate (RFC 8839 section 5.1). The server does not need it, it answers where checks come from. */
export interface ClientCandidate {
  foundation: string;
  component: number;
  protocol: 'udp' | 'tcp';
  priority: number;
  /** An address, or a `.local` name that hides one. */
  address: string;
  port: number;
  type: 'host' | 'srflx' | 'prflx' | 'relay';
  tcpType?: 'active' | 'passive' | 'so';
}

const candidateSyntax =
  /^(?:a=)?candidate:([A-Za-z0-9+/]{1,32}) (\d{1,5}) (udp|tcp) (\d{1,10}) (\S{1,253}) (\d{1,5}) typ (host|srflx|prflx|relay)(?: (.*))?$/i;

const hostNameSyntax = /^[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})*\.local$/i;

/** Reads one trickled candidate; undefined for the empty line that means the end of candidates. */
export function parseCandidate(line: string): ClientCandidate | undefined {
  if (line.length > sdpLimits.maxCandidateChars) throw invalidCandidate('The candidate is too long.');
  const text = line.trim();
  if (text === '' || text === 'a=end-of-candidates') return undefined;
  const candidate = readCandidate(text);
  if (!candidate) throw invalidCandidate('The candidate is malformed.');
  return candidate;
}

function readCandidate(text: string): ClientCandidate | undefined {
  const [, foundation, component, protocol, priority, address, port, type, rest = ''] =
    candidateSyntax.exec(text) ?? [];
  if (!foundation || !address) return undefined;
  const candidate: ClientCandidate = {
    foundation,
    component: Number(component),
    protocol: protocol?.toLowerCase() === 'tcp' ? 'tcp' : 'udp',
    priority: Number(priority),
    address,
    port: Number(port),
    type: candidateType(type),
    ...tcpTypeOf(rest),
  };
  return isPlausible(candidate) ? candidate : undefined;
}

function candidateType(word = ''): ClientCandidate['type'] {
  const type = word.toLowerCase();
  return type === 'srflx' || type === 'prflx' || type === 'relay' ? type : 'host';
}

function tcpTypeOf(rest: string): Pick<ClientCandidate, 'tcpType'> {
  const tcpType = /(?:^| )tcptype (active|passive|so)(?: |$)/.exec(rest)?.[1];
  return tcpType === 'active' || tcpType === 'passive' || tcpType === 'so' ? { tcpType } : {};
}

function isPlausible({ component, priority, port, address }: ClientCandidate): boolean {
  const inRange = component >= 1 && component <= 256 && priority <= 0xffff_ffff && port <= 65_535;
  return inRange && (isIP(address) !== 0 || hostNameSyntax.test(address));
}

function invalidCandidate(message: string): CrosspointError {
  return new CrosspointError('invalidCandidate', { message });
}
