import { batch, computed, type ReadonlySignal, signal } from '@preact/signals';
import type { ClientEvents, Grants, RoomInfo, WaitingParticipant } from '../../client/index.ts';
import { t } from '../i18n/language.ts';
import type { CallClient } from './call-client.ts';
import type { Notices } from './notices.ts';

/** The room's door as signals: whether it is locked, who waits before it, and whether one may open it oneself. */
export class RoomDoor {
  readonly #client: CallClient;
  readonly #notices: Notices;
  readonly #room = signal<RoomInfo | undefined>(undefined);
  readonly #waiting = signal<readonly WaitingParticipant[]>([]);
  readonly #grants = signal<Grants | undefined>(undefined);
  readonly #isHeld = signal(false);
  readonly canModerate: ReadonlySignal<boolean> = computed(() => this.#grants.value?.moderate === true);

  constructor(client: CallClient, notices: Notices) {
    this.#client = client;
    this.#notices = notices;
    const refresh = () => this.#refresh();
    client.on('stateChanged', ({ status }) => {
      if (status === 'waiting') this.#isHeld.value = true;
      if (status === 'joined') this.#handleEntered();
    });
    client.on('participantWaiting', refresh);
    client.on('waitingEnded', refresh);
    client.on('accessRenewed', refresh);
    client.on('roomUpdated', (changes) => {
      this.#refresh();
      this.#tell(changes);
    });
  }

  /** Locked, waiting room, recording. */
  get room(): ReadonlySignal<RoomInfo | undefined> {
    return this.#room;
  }

  /** Who waits, for those who may let them in. */
  get waiting(): ReadonlySignal<readonly WaitingParticipant[]> {
    return this.#waiting;
  }

  /** What we may do. */
  get grants(): ReadonlySignal<Grants | undefined> {
    return this.#grants;
  }

  /** Ourselves: before the door until a moderator opens it, also while the connection is interrupted there. */
  get isHeld(): ReadonlySignal<boolean> {
    return this.#isHeld;
  }

  /** Takes over what the client knows. */
  #refresh(): void {
    const { room, waitingParticipants, grants } = this.#client;
    batch(() => {
      this.#room.value = room;
      this.#waiting.value = waitingParticipants;
      this.#grants.value = grants;
    });
  }

  #handleEntered(): void {
    const wasHeld = this.#isHeld.peek();
    const wasRecording = this.#room.peek()?.recording === true;
    this.#isHeld.value = false;
    this.#refresh();
    if (wasHeld) this.#notices.tell(t('admittedNotice'));
    if (this.#client.room?.recording && !wasRecording) this.#notices.tell(t('recordingStarted'));
  }

  #tell({ locked, recording }: ClientEvents['roomUpdated'][0]): void {
    if (locked !== undefined) this.#notices.tell(t(locked ? 'roomLocked' : 'roomUnlocked'));
    if (recording !== undefined) this.#notices.tell(t(recording ? 'recordingStarted' : 'recordingStopped'));
  }
}
