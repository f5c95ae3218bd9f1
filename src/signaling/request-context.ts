import type { SfuSession } from '../sfu/types.ts';
import { CrosspointError } from '../shared/errors.ts';
import type { OpaqueText } from './decode-request.ts';
import type { HubServices } from './hub-services.ts';
import type { MediaBridge } from './media/media-bridge.ts';
import type { Peer } from './peer.ts';
import type { Session } from './rooms/session.ts';
import { writeJson } from './write-json.ts';

/** What a handler knows of a request beside its parameters. */
export class RequestContext {
  readonly hub: HubServices;
  readonly peer: Peer;
  readonly #opaque: OpaqueText | undefined;
  #afterAnswer: (() => void) | undefined;

  constructor(hub: HubServices, peer: Peer, opaque: OpaqueText | undefined) {
    this.hub = hub;
    this.peer = peer;
    this.#opaque = opaque;
  }

  /** Throws `notJoined`, or `notAdmitted` before the door of a room. */
  requireSession(): Session {
    const session = this.requireAnySession();
    if (session.waiting) throw new CrosspointError('notAdmitted');
    return session;
  }

  /** Also one that waits to be admitted; throws `notJoined`. */
  requireAnySession(): Session {
    if (!this.peer.session) throw new CrosspointError('notJoined');
    return this.peer.session;
  }

  /** The session, if it has a permission; throws `forbidden`. */
  requireGrant(grant: 'message' | 'moderate' | 'subscribe' | 'updateOwn'): Session {
    const session = this.requireSession();
    if (!session.admission.grants[grant]) this.forbid(`The session lacks the grant ${grant}.`);
    return session;
  }

  forbid(message: string): never {
    throw new CrosspointError('forbidden', { message });
  }

  /** The media side of the participant's session, created now if this is the first need of it. */
  requireMedia(): SfuSession {
    return this.requireBridge().sessionOf(this.requireSession());
  }

  /** Throws `notJoined`, or `mediaUnavailable` on a server without an SFU. */
  requireBridge(): MediaBridge {
    this.requireSession();
    if (this.hub.media) return this.hub.media;
    throw new CrosspointError('mediaUnavailable', { message: 'This server carries no media; connect peer to peer.' });
  }

  /** A parameter's JSON text to pass on: the sender's own where it could be cut out, else written anew. */
  jsonOf(key: string, value: unknown): string {
    return this.#opaque?.key === key ? this.#opaque.json : writeJson(key, value);
  }

  /** Something to do as soon as the reply is on its way, so that it precedes all that follows from it. */
  whenAnswered(task: () => void): void {
    this.#afterAnswer = task;
  }

  /** Called by the dispatcher. */
  answered(): void {
    this.#afterAnswer?.();
  }
}
