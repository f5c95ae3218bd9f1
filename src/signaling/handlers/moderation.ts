import { type Handler, nothing } from './handler.ts';

export const handleMuteOther: Handler<'muteOther'> = async (context, { participant, track }) => {
  const { room } = context.requireGrant('moderate');
  await context.hub.moderation.mute(room, participant, track);
  return nothing;
};

/** Whoever removes themselves gets the reply first; the same goes for the next two. */
export const handleRemove: Handler<'remove'> = (context, { participant }) => {
  const session = context.requireGrant('moderate').room.requireAnyone(participant);
  context.whenAnswered(() => context.hub.moderation.remove(session));
  return nothing;
};

export const handleBan: Handler<'ban'> = (context, { participant }) => {
  const own = context.requireGrant('moderate');
  const session = own.room.requireAnyone(participant);
  if (session === own) context.forbid('You cannot ban yourself.');
  context.hub.moderation.ban(own.room, session);
  return nothing;
};

export const handleAdmit: Handler<'admit'> = (context, { participant }) => {
  const { room } = context.requireGrant('moderate');
  context.hub.moderation.admit(room, participant);
  return nothing;
};

export const handleUpdateRoom: Handler<'updateRoom'> = (context, { locked, waitingRoom }) => {
  const { room } = context.requireGrant('moderate');
  context.hub.moderation.update(room, {
    ...(locked !== undefined && { locked }),
    ...(waitingRoom !== undefined && { waitingRoom }),
  });
  return nothing;
};

export const handleEndRoom: Handler<'endRoom'> = (context) => {
  const { room } = context.requireGrant('moderate');
  context.whenAnswered(() => context.hub.moderation.end(room));
  return nothing;
};
