import { CrosspointClientError, type TrackSource } from '../../client/index.ts';
import { t } from '../i18n/language.ts';
import type { CallClient } from './call-client.ts';
import type { Notices } from './notices.ts';

/** What a moderator does to others and to the room. Whatever fails is told, and leaves everything as it was. */
export class Moderation {
  readonly #client: CallClient;
  readonly #notices: Notices;

  constructor(client: CallClient, notices: Notices) {
    this.#client = client;
    this.#notices = notices;
  }

  /** Softly: they may turn it on again. */
  mute(participantId: string, source: TrackSource): Promise<void> {
    const track = this.#client.participants.get(participantId)?.trackOf(source);
    if (track === undefined) return Promise.resolve();
    return this.#attempt(() => this.#client.muteOther(participantId, track.id));
  }

  remove(participantId: string): Promise<void> {
    return this.#attempt(() => this.#client.removeParticipant(participantId));
  }

  ban(participantId: string): Promise<void> {
    return this.#attempt(() => this.#client.ban(participantId), 'banImpossible');
  }

  admit(participantId: string): Promise<void> {
    return this.#attempt(() => this.#client.admit(participantId));
  }

  /** One after the other, so that those who came first get the last places. */
  async admitAll(): Promise<void> {
    for (const { id } of this.#client.waitingParticipants) await this.admit(id);
  }

  setLocked(locked: boolean): Promise<void> {
    return this.#attempt(() => this.#client.updateRoom({ locked }));
  }

  setWaitingRoom(waitingRoom: boolean): Promise<void> {
    return this.#attempt(() => this.#client.updateRoom({ waitingRoom }));
  }

  endForAll(): Promise<void> {
    return this.#attempt(() => this.#client.endRoom());
  }

  async #attempt(action: () => Promise<void>, forbidden: 'banImpossible' | null = null): Promise<void> {
    try {
      await action();
    } catch (error) {
      const code = error instanceof CrosspointClientError ? error.code : 'internalError';
      // Somebody else was faster, or the person has left; ending the room ends the own session before its reply.
      if (goneCodes.includes(code)) return;
      if (code === 'roomFull') this.#notices.warn(t('endedFullTitle'));
      else if (code === 'forbidden' && forbidden) this.#notices.warn(t(forbidden));
      else this.#notices.warn(t('moderationFailed', { code }));
    }
  }
}

const goneCodes: readonly string[] = ['participantNotFound', 'trackNotFound', 'left', 'roomClosed', 'sessionLost'];
