import { computed, effect, type ReadonlySignal } from '@preact/signals';
import { type ClientState, CrosspointClientError, type LeaveReason } from '../../client/index.ts';
import { t } from '../i18n/language.ts';
import { mediaPathProblem } from '../model/media-path.ts';
import { AccessEnd } from './access-end.ts';
import { AudioOutput } from './audio-output.ts';
import type { CallClient } from './call-client.ts';
import { Chat } from './chat.ts';
import type { LocalMedia } from './local-media.ts';
import { MediaPublisher } from './media-publisher.ts';
import { Moderation } from './moderation.ts';
import { followModerators } from './muted-by-moderator.ts';
import type { Notices } from './notices.ts';
import { Panels } from './panels.ts';
import { preferences } from './preferences.ts';
import { RoomDoor } from './room-door.ts';
import { RoomView } from './room-view.ts';
import { ServerStop } from './server-stop.ts';
import { StageView } from './stage-view.ts';
import { Statistics } from './statistics.ts';
import { VisibleVideo } from './visible-video.ts';

export interface CallOptions {
  readonly client: CallClient;
  readonly media: LocalMedia;
  readonly notices: Notices;
  readonly roomName: string;
  /** What the others see us called. */
  readonly ownName: () => string;
  readonly onEnded: (state: ClientState & { status: 'disconnected' }) => void;
}

const leftTexts = { left: 'leftCall', timeout: 'lostCall', removed: 'removedCall' } as const satisfies Record<
  LeaveReason,
  string
>;
/** About ten seconds of back-off. */
const attemptsBeforeGone = 4;

/** One call from joining to leaving: everything that lives exactly as long as it does. */
export class Call {
  readonly roomName: string;
  readonly room: RoomView;
  readonly door: RoomDoor;
  readonly moderation: Moderation;
  readonly serverStop: ServerStop;
  readonly accessEnd: AccessEnd;
  readonly stage: StageView;
  readonly chat: Chat;
  readonly panels = new Panels();
  readonly statistics: Statistics;
  readonly audio: AudioOutput;
  readonly isReconnecting: ReadonlySignal<boolean>;
  /** Several attempts have failed: it is not a short interruption. */
  readonly isServerGone: ReadonlySignal<boolean>;
  readonly #client: CallClient;
  readonly #media: LocalMedia;
  readonly #notices: Notices;
  readonly #endings: (() => void)[];

  constructor({ client, media, notices, roomName, ownName, onEnded }: CallOptions) {
    this.#client = client;
    this.#media = media;
    this.#notices = notices;
    this.roomName = roomName;
    this.room = new RoomView({ client, media, ownName });
    this.door = new RoomDoor(client, notices);
    this.moderation = new Moderation(client, notices);
    this.serverStop = new ServerStop(client);
    this.accessEnd = new AccessEnd(client);
    this.stage = new StageView(this.room);
    this.audio = new AudioOutput(client, preferences.speakerId);
    this.chat = this.#createChat(notices);
    const showsStatistics = computed(() => this.panels.panel.value === 'statistics');
    this.statistics = new Statistics(client, showsStatistics);
    this.isReconnecting = computed(() => this.room.connection.value.status === 'reconnecting');
    this.isServerGone = computed(() => {
      const state = this.room.connection.value;
      return state.status === 'reconnecting' && state.attempt > attemptsBeforeGone;
    });
    const visibleVideo = new VisibleVideo(client, this.stage);
    this.#endings = [
      () => visibleVideo.close(),
      () => this.statistics.close(),
      () => this.audio.close(),
      () => this.serverStop.close(),
      () => this.accessEnd.close(),
      followModerators(client, media, notices),
      ...this.#announce(notices),
      client.on('stateChanged', (state) => {
        if (state.status === 'disconnected') onEnded(state);
      }),
      this.#showNewsInTitle(),
    ];
  }

  /** To be called once joining has begun: what is published then leaves together with the join. */
  startPublishing(): void {
    const publisher = new MediaPublisher(this.#client, this.#media, (error) => {
      const code = error instanceof CrosspointClientError ? error.code : 'internalError';
      this.#notices.warn(code === 'forbidden' ? t('publishForbidden') : t('publishFailed', { code }));
    });
    this.#endings.push(() => publisher.close());
  }

  /** Goes on with a newer access token; false when the server does not take it. */
  async renewAccess(token: string): Promise<boolean> {
    try {
      await this.#client.refreshToken(token);
    } catch {
      this.#notices.warn(t('accessNotRenewed'));
      return false;
    }
    this.#notices.tell(t('accessRenewed'));
    return true;
  }

  /** Idempotent. The devices stay open: they belong to the page. */
  close(): void {
    for (const end of this.#endings.splice(0)) end();
    this.#client.leave().catch(() => undefined);
  }

  #createChat(notices: Notices): Chat {
    return new Chat({
      client: this.#client,
      room: this.room,
      isOpen: this.panels.isChatOpen,
      onUnread: ({ name, text }) =>
        notices.tell(t('newMessageFrom', { name: name || t('guest'), text: text.slice(0, 80) }), 'chat'),
    });
  }

  #announce(notices: Notices): (() => void)[] {
    const named = (name: string) => ({ name: name || t('guest') });
    return [
      this.#client.on('participantJoined', ({ name }) => notices.tell(t('joinedCall', named(name)))),
      this.#client.on('participantLeft', ({ name }, reason) => notices.tell(t(leftTexts[reason], named(name)))),
      this.#client.on('mediaStateChanged', (_connection, state) => {
        const { userAgent } = navigator;
        if (state === 'failed') notices.warn(t(mediaPathProblem({ hostname: location.hostname, userAgent })));
      }),
      this.#client.on('trackPublished', ({ source, participant }) => {
        if (source === 'screen') notices.tell(t('startedSharing', named(participant.name)));
      }),
      effect(() => {
        if (this.panels.isChatOpen.value) notices.dismissTopic('chat');
      }),
      effect(() => {
        if (this.isReconnecting.value) return () => this.#tellReconnected(notices);
      }),
    ];
  }

  #tellReconnected(notices: Notices): void {
    if (this.room.connection.peek().status === 'joined') notices.tell(t('reconnectedBanner'));
  }

  /** Unread messages, and people before the door: seen in the tab while another one is in front. */
  #showNewsInTitle(): () => void {
    const end = effect(() => {
      const news = this.chat.log.value.unread + this.door.waiting.value.length;
      document.title = `${news > 0 ? `(${news}) ` : ''}${this.roomName} · Crosspoint`;
    });
    return () => {
      end();
      document.title = 'Crosspoint';
    };
  }
}
