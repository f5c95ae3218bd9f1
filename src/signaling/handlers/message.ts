import { CrosspointError } from '../../shared/errors.ts';
import { rawEventHead } from '../wire/event-text.ts';
import type { Handler } from './handler.ts';

/** Passes a message on; its body is bounded and otherwise not looked at. */
export const handleMessage: Handler<'message'> = (context, { to, type, body }) => {
  const session = context.requireGrant('message');
  const json = context.jsonOf('body', body);
  requireSize(json, context.hub.limits.maxMessageBytes);
  const retryAfterMs = session.messageRate.take(1, performance.now());
  if (retryAfterMs > 0) throw new CrosspointError('rateLimited', { data: { retryAfterMs } });
  const head = messageHead({ from: session.participant.id, to, type, json });
  if (to !== undefined) {
    session.room.require(to).sendHead(head);
    return { recipients: 1 };
  }
  session.room.feed.publish(head, session);
  return { recipients: session.room.visibleSize - (session.hidden ? 0 : 1) };
};

/** A character is at least one byte, so long texts need not be measured. */
export function requireSize(json: string, maxMessageBytes: number): void {
  if (json.length > maxMessageBytes || Buffer.byteLength(json) > maxMessageBytes) {
    throw new CrosspointError('messageTooLarge', { data: { maxMessageBytes } });
  }
}

export function messageHead(message: { from: string; to: string | undefined; type: string; json: string }): string {
  const from = JSON.stringify(message.from);
  const to = message.to === undefined ? '' : `"to":${JSON.stringify(message.to)},`;
  const type = JSON.stringify(message.type);
  return rawEventHead('message', `{"from":${from},${to}"type":${type},"at":${Date.now()},"body":${message.json}}`);
}
