import type { RequestResult } from '../../protocol/requests.ts';
import { CrosspointError } from '../../shared/errors.ts';
import type { Admission } from '../auth/admission.ts';
import { mayPublish } from '../auth/may-publish.ts';
import type { HubServices } from '../hub-services.ts';
import type { Session } from '../rooms/session.ts';
import type { Handler } from './handler.ts';

/** Grants on which the others' view of the session, or its media side, was built. */
const lastingGrants = ['subscribe', 'hidden', 'recorder'] as const;

/** Also for a session that waits to be admitted. */
export const handleRefreshToken: Handler<'refreshToken'> = async (context, { token }) => {
  const session = context.requireAnySession();
  const admission = await context.hub.doorkeeper.admit(token, session.room.name);
  if (session.ended) throw new CrosspointError('notJoined');
  requireSamePerson(session.admission, admission);
  context.hub.sessions.renew(session, admission);
  const { name } = admission;
  if (name !== undefined && name !== session.participant.name) session.room.update(session, { name });
  await endWhatIsForbidden(context.hub, session);
  return accessOf(admission);
};

/** What a client is told of its access. */
export function accessOf({ grants, expiresAt }: Admission): RequestResult<'refreshToken'> {
  return { grants, ...(expiresAt !== undefined && { expiresAt }) };
}

function requireSamePerson(before: Admission, after: Admission): void {
  if (before.identity !== after.identity) {
    throw new CrosspointError('forbidden', { message: 'The new token is for another identity.' });
  }
  for (const grant of lastingGrants) {
    if (before.grants[grant] === after.grants[grant]) continue;
    throw new CrosspointError('forbidden', { message: `The new token changes the grant ${grant}; join anew with it.` });
  }
}

async function endWhatIsForbidden({ media }: HubServices, session: Session): Promise<void> {
  const { grants } = session.admission;
  const ending = [...session.participant.tracks.values()].filter((track) => !mayPublish(grants, track));
  for (const { id } of ending) await media?.unpublishForOwner(session, id);
}
