import { CrosspointError } from '../../shared/errors.ts';
import { type Handler, nothing } from './handler.ts';

/** Whoever acknowledges what is not theirs, or was acknowledged before, changes nothing. */
export const handleReceipt: Handler<'receipt'> = (context, { ordinals, status }) => {
  const session = context.requireSession();
  const { identity } = session.participant;
  if (identity === undefined) throw new CrosspointError('identityRequired');
  context.hub.mailboxes.acknowledge(session, identity, { ordinals, status });
  return nothing;
};
