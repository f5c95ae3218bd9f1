import { type Handler, nothing } from './handler.ts';

/** The connection stays, and may join again. */
export const handleLeave: Handler<'leave'> = (context) => {
  const session = context.requireAnySession();
  context.hub.sessions.end(session, 'left');
  context.peer.session = undefined;
  return nothing;
};
