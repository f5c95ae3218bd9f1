import type { ParticipantChanges } from '../rooms/participant.ts';
import { type Handler, nothing } from './handler.ts';

export const handleUpdate: Handler<'update'> = (context, { name, metadata }) => {
  const session = context.requireGrant('updateOwn');
  if (name !== undefined && session.admission.name !== undefined && name !== session.admission.name) {
    context.forbid('The access token gives the name.');
  }
  const changes: ParticipantChanges = {};
  if (name !== undefined && name !== session.participant.name) changes.name = name;
  if (metadata !== undefined) changes.metadata = metadata;
  if (Object.keys(changes).length > 0) session.room.update(session, changes);
  return nothing;
};
