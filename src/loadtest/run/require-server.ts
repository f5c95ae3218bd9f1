import type { Plan } from '../plan/plan.ts';
import { peerFactory } from '../scenarios/context.ts';

/** What is probably wrong, by what stopped the handshake. */
const advice: Record<string, string> = {
  ECONNREFUSED: 'nothing listens there; is the server running, and is the port right?',
  ENOTFOUND: 'no such name',
  EPROTO: 'no TLS is spoken there; is it http:// and not https://?',
  timeout: 'no answer in time; is something on the way dropping packets?',
  '401': 'the server refused the connection',
  '403': 'the server refused the connection; it may want an --origin that it knows',
  '404': 'no Crosspoint server answers there; its signaling is at /signaling of its address',
  '429': 'too many connections from this address; docs/load-test.md says which limits to raise',
  '503': 'the server takes no connections now',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'the certificate is self-signed; --insecure accepts it',
  SELF_SIGNED_CERT_IN_CHAIN: 'the certificate is self-signed; --insecure accepts it',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'nobody vouches for the certificate; --insecure accepts it',
};

/** Opens one connection and closes it; throws, in words for the operator, when a whole load would fail in the same way. */
export async function requireServer(plan: Plan): Promise<void> {
  const peer = peerFactory(plan)();
  try {
    await peer.connect();
  } catch (error) {
    const code = error instanceof Error ? error.message.replace(/^connect\./, '') : String(error);
    throw new Error(`${plan.url} cannot be connected to (${code}): ${advice[code] ?? 'the handshake failed'}`);
  } finally {
    peer.cut();
  }
}
