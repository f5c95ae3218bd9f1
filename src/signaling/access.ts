import { type Grants, grants } from '../protocol/grants.ts';
import type { Metadata } from '../protocol/models.ts';
import type { TrackSource } from '../sfu/types.ts';
import { CrosspointError } from '../shared/errors.ts';

/** Who somebody is and what they may do, as the token says. */
export interface Access {
  /** Takes the place of what the client asked for. */
  readonly name?: string | undefined;
  readonly metadata?: Metadata | undefined;
  readonly grants: Grants;
}

/** Decides about a join; rejects with `unauthorized`. */
export type Authorize = (token: string | undefined, room: string) => Promise<Access>;

/** What everybody may do on a server that asks for no token. */
export const openAccess: Access = { grants: grants.parse({}) };

type PlainGrant = 'createRoom' | 'subscribe' | 'message' | 'updateOwn';

const refusals: Record<PlainGrant, string> = {
  createRoom: 'The room does not exist, and you may not open it.',
  subscribe: 'You may not receive media.',
  message: 'You may not send messages.',
  updateOwn: 'You may not change your name or metadata.',
};

/** Throws `forbidden` unless the grant is there. */
export function requireGrant(own: Grants, grant: PlainGrant): void {
  if (!own[grant]) throw new CrosspointError('forbidden', { message: refusals[grant] });
}

/**
 * Throws `forbidden` unless every section may be published. With a list of sources each section needs an entry, because
 * one without would get the usual source of its kind.
 */
export function requirePublishGrant({ publish }: Grants, offer: { sdp: string; sources: TrackSource[] }): void {
  if (publish === true) return;
  if (publish === false) throw new CrosspointError('forbidden', { message: 'You may not send media.' });
  const refused = offer.sources.find((source) => !publish.includes(source));
  if (refused) throw new CrosspointError('forbidden', { message: `You may not publish a ${refused}.` });
  const sections = offer.sdp.match(/^m=(?:audio|video) /gm)?.length ?? 0;
  if (sections > offer.sources.length) {
    throw new CrosspointError('forbidden', { message: 'Name the source of every section.' });
  }
}
