import { t } from '../i18n/language.ts';
import type { Box } from '../layout/grid-layout.ts';
import type { TileRole } from '../layout/stage-layout.ts';
import { type ConnectionLevel, connectionLevel } from '../model/connection-level.ts';
import { avatarColour } from '../model/initials.ts';
import type { Tile } from '../state/stage-view.ts';
import { Avatar } from './avatar.tsx';
import { useCall } from './call-context.ts';
import { toggleFullscreen } from './fullscreen.ts';
import { Icon } from './icon.tsx';
import { Picture } from './picture.tsx';
import { useStore } from './store-context.ts';
import { useFocusHeir } from './use-focus-heir.ts';

const qualityTexts = {
  unknown: null,
  lost: 'qualityLost',
  poor: 'qualityPoor',
  fair: 'qualityFair',
  good: 'qualityGood',
} as const satisfies Record<ConnectionLevel, string | null>;

/** The name to show for whoever owns a tile. */
function tileName({ person, source, isSelf }: Tile): string {
  const name = person.name || t('guest');
  if (source === 'screen') return isSelf ? t('tileOwnScreen') : t('tileScreenOf', { name });
  if (!isSelf) return name;
  return person.name ? t('tileYou', { name: person.name }) : t('you');
}

function QualityBars({ level }: { readonly level: ConnectionLevel }) {
  const text = qualityTexts[level];
  if (text === null) return null;
  return (
    <span class={`quality quality-${level}`} title={t(text)} data-testid="tile-quality">
      <i />
      <i />
      <i />
    </span>
  );
}

interface TileFaceProps {
  readonly tile: Tile;
  readonly name: string;
  readonly aspect: number;
}

function TileFace({ tile, name, aspect }: TileFaceProps) {
  const { media } = useStore();
  const { video, person, source, isSelf } = tile;
  const track = video !== null && !video.muted && !video.refused ? video.mediaTrack : null;
  const isOwnCamera = isSelf && source === 'camera';
  return (
    <>
      <div class={`tile-empty hue-${avatarColour(person.id)}`}>
        {source === 'camera' ? <Avatar id={person.id} name={person.name} /> : <Icon name="share" size={40} />}
        {video?.refused ? <p>{t('notReceivable')}</p> : null}
      </div>
      {track ? (
        <Picture
          mediaTrack={track}
          label={name}
          aspect={aspect}
          isWhole={source === 'screen'}
          isMirrored={isOwnCamera && media.isMirrored.value}
        />
      ) : null}
    </>
  );
}

function TilePlate({
  tile,
  name,
  isSpeaking,
}: {
  readonly tile: Tile;
  readonly name: string;
  readonly isSpeaking: boolean;
}) {
  const isCamera = tile.source === 'camera';
  const isMuted = isCamera && !tile.person.microphoneOn;
  return (
    <div class="tile-plate">
      {isMuted ? (
        <span class="tile-muted" data-testid="tile-muted">
          <Icon name="micOff" size={16} />
        </span>
      ) : null}
      {isSpeaking && !isMuted ? (
        <span class="voice" aria-hidden="true">
          <i />
          <i />
          <i />
        </span>
      ) : null}
      {isCamera ? null : <Icon name="share" size={16} />}
      <span class="tile-name" data-testid="tile-name">
        {name}
      </span>
    </div>
  );
}

function TileActions({ tile, name }: { readonly tile: Tile; readonly name: string }) {
  const { call } = useCall();
  const isPinned = call.stage.pinnedId.value === tile.id;
  const pinText = isPinned ? t('unpin', { name }) : t('pin', { name });
  return (
    <div class="tile-actions">
      <button
        type="button"
        class="tile-action"
        data-testid="pin"
        aria-pressed={isPinned}
        aria-label={pinText}
        title={pinText}
        onClick={() => call.stage.togglePin(tile.id)}
      >
        <Icon name="pin" size={20} />
      </button>
      {call.door.canModerate.value && !tile.isSelf ? (
        <button
          type="button"
          class="tile-action"
          data-testid="tile-more"
          aria-haspopup="dialog"
          aria-label={t('actionsFor', { name: tile.person.name || t('guest') })}
          title={t('actionsFor', { name: tile.person.name || t('guest') })}
          onClick={() => call.panels.openPerson(tile.person.id)}
        >
          <Icon name="more" size={20} />
        </button>
      ) : null}
      {tile.isSelf || !document.fullscreenEnabled ? null : (
        <button
          type="button"
          class="tile-action"
          data-testid="fullscreen"
          aria-label={t('fullscreen')}
          title={t('fullscreen')}
          onClick={(event) => toggleFullscreen(event.currentTarget.closest('article'))}
        >
          <Icon name="expand" size={20} />
        </button>
      )}
    </div>
  );
}

interface TileViewProps {
  readonly tile: Tile;
  readonly box: Box;
  readonly role: TileRole;
}

/** One camera or screen on the stage. */
export function TileView({ tile, box, role }: TileViewProps) {
  const { call } = useCall();
  const { person, source } = tile;
  const name = tileName(tile);
  const article = useFocusHeir<HTMLElement>();
  // In the corner there is no room for more.
  const shortName = role === 'float' ? t('you') : name;
  const isCamera = source === 'camera';
  const isSpeaking = isCamera && person.microphoneOn && call.room.speaking.value.has(person.id);
  const level = connectionLevel(call.room.quality.value.get(person.id));
  const details = [
    isCamera && t(person.microphoneOn ? 'tileUnmuted' : 'tileMuted'),
    isSpeaking && t('tileSpeaking'),
    person.isReconnecting && t('reconnectingTile'),
    qualityTexts[level] !== null && t(qualityTexts[level]),
  ].filter((detail) => detail !== false);
  return (
    <article
      ref={article}
      class={`tile tile-${role}`}
      style={{ transform: `translate(${box.x}px, ${box.y}px)`, width: `${box.width}px`, height: `${box.height}px` }}
      data-testid="tile"
      data-participant={person.id}
      data-source={source}
      data-self={tile.isSelf}
      data-role={role}
      data-muted={isCamera ? !person.microphoneOn : undefined}
      data-speaking={isSpeaking}
      data-quality={level}
      data-pinned={call.stage.pinnedId.value === tile.id}
      data-reconnecting={person.isReconnecting}
      aria-label={details.length > 0 ? t('tileLabel', { name, details: details.join(', ') }) : name}
    >
      <TileFace tile={tile} name={name} aspect={box.width / box.height} />
      {person.isReconnecting ? (
        <div class="tile-overlay" data-testid="tile-reconnecting">
          <span class="spinner" aria-hidden="true" />
          {t('reconnectingTile')}
        </div>
      ) : null}
      <TilePlate tile={tile} name={shortName} isSpeaking={isSpeaking} />
      {isCamera ? <QualityBars level={level} /> : null}
      <TileActions tile={tile} name={name} />
    </article>
  );
}
