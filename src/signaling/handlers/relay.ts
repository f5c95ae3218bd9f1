import type { RequestContext } from '../request-context.ts';
import { rawEventHead } from '../wire/event-text.ts';
import { nothing } from './handler.ts';

/** Passes a negotiation message of a peer-to-peer call on to a participant, without looking inside. */
export function relay(
  context: RequestContext,
  { method, to, key, value }: { method: 'offer' | 'answer' | 'candidate'; to: string; key: string; value: unknown },
): typeof nothing {
  const session = context.requireGrant('message');
  const from = JSON.stringify(session.participant.id);
  const json = context.jsonOf(key, value);
  session.room.require(to).sendHead(rawEventHead(method, `{"from":${from},"${key}":${json}}`));
  return nothing;
}
