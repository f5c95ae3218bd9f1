import { requireGrant } from '../access.ts';
import type { ParticipantChanges } from '../rooms/participant.ts';
import { type Handler, nothing } from './handler.ts';

export const handleUpdate: Handler<'update'> = (context, { name, metadata }) => {
  const session = context.requireSession();
  requireGrant(session.grants, 'updateOwn');
  const changes: ParticipantChanges = {};
  if (name !== undefined && name !== session.participant.name) changes.name = name;
  if (metadata !== undefined) changes.metadata = metadata;
  if (Object.keys(changes).length > 0) session.room.update(session, changes);
  return nothing;
};
