import type { ConnectionStats, TrackSource, TrackStats } from '../../client/index.ts';
import { t } from '../i18n/language.ts';
import {
  formatBitrate,
  formatCodec,
  formatFps,
  formatLayer,
  formatMilliseconds,
  formatPercent,
  formatResolution,
} from '../model/stats-format.ts';
import { useCall } from './call-context.ts';
import { Icon, type IconName } from './icon.tsx';

const sources = {
  microphone: { text: 'sourceMicrophone', icon: 'mic' },
  camera: { text: 'sourceCamera', icon: 'camera' },
  screen: { text: 'sourceScreen', icon: 'share' },
  screenAudio: { text: 'sourceScreenAudio', icon: 'sound' },
} as const satisfies Record<TrackSource, { text: string; icon: IconName }>;

type Row = readonly [label: string, value: string | undefined, name: string];

function Figures({ rows }: { readonly rows: readonly Row[] }) {
  return (
    <dl class="figures">
      {rows.map(([label, value, name]) =>
        value === undefined ? null : (
          <div key={name} data-figure={name}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ),
      )}
    </dl>
  );
}

function ConnectionCard({ stats }: { readonly stats: ConnectionStats }) {
  const { connection, state, candidateType, protocol, relayProtocol, roundTripTimeMs, availableOutgoingBitrate } =
    stats;
  const path = [candidateType, relayProtocol ?? protocol].filter(Boolean).join(' / ');
  return (
    <section class="stats-card" data-testid="stats-connection" data-connection={connection}>
      <h4>{t(connection === 'publish' ? 'statsPublishPath' : 'statsSubscribePath')}</h4>
      <Figures
        rows={[
          [t('statsState'), state, 'state'],
          [t('statsPath'), path || undefined, 'path'],
          [t('statsRoundTrip'), formatMilliseconds(roundTripTimeMs), 'roundTrip'],
          [
            t('statsAvailable'),
            connection === 'publish' ? formatBitrate(availableOutgoingBitrate) : undefined,
            'available',
          ],
        ]}
      />
    </section>
  );
}

/** Sent simulcast layers, the largest last: `240×…` and so on, each with its bitrate. */
function layerRows({ layers }: TrackStats): Row[] {
  return (layers ?? []).map(({ rid, bitrate, width, height, framesPerSecond }) => [
    `${t('statsLayer')} ${rid}`,
    `${formatResolution(width, height)} · ${formatFps(framesPerSecond)} fps · ${formatBitrate(bitrate)}`,
    `layer-${rid}`,
  ]);
}

function trackRows(stats: TrackStats): Row[] {
  const isVideo = stats.kind === 'video';
  return [
    [t('statsCodec'), formatCodec(stats.codec), 'codec'],
    [t('statsBitrate'), formatBitrate(stats.bitrate), 'bitrate'],
    [t('statsResolution'), isVideo ? formatResolution(stats.width, stats.height) : undefined, 'resolution'],
    [t('statsFps'), isVideo ? formatFps(stats.framesPerSecond) : undefined, 'fps'],
    [t('statsLayer'), isVideo && stats.layer ? formatLayer(stats.layer) : undefined, 'layer'],
    [t('statsLoss'), formatPercent(stats.loss), 'loss'],
    [t('statsJitter'), stats.jitterMs === undefined ? undefined : formatMilliseconds(stats.jitterMs), 'jitter'],
    [
      t('statsRoundTrip'),
      stats.roundTripTimeMs === undefined ? undefined : formatMilliseconds(stats.roundTripTimeMs),
      'roundTrip',
    ],
    [t('statsLimited'), stats.limitedBy && stats.limitedBy !== 'none' ? stats.limitedBy : undefined, 'limitedBy'],
    ...layerRows(stats),
  ];
}

function TrackCard({ stats }: { readonly stats: TrackStats }) {
  const { room } = useCall().call;
  const { text, icon } = sources[stats.source];
  const name = stats.direction === 'receive' ? room.nameOf(stats.participantId) || t('guest') : null;
  return (
    <section
      class="stats-card"
      data-testid="stats-track"
      data-direction={stats.direction}
      data-participant={stats.participantId}
      data-source={stats.source}
    >
      <h4>
        <Icon name={icon} size={18} />
        {name === null ? t(text) : `${name} · ${t(text)}`}
      </h4>
      <Figures rows={trackRows(stats)} />
    </section>
  );
}

function TrackList({ title, tracks }: { readonly title: string; readonly tracks: readonly TrackStats[] }) {
  if (tracks.length === 0) return null;
  return (
    <>
      <h3>{title}</h3>
      {tracks.map((stats) => (
        <TrackCard key={stats.trackId} stats={stats} />
      ))}
    </>
  );
}

/** What is sent and received, and how, once a second. */
export function StatisticsPanel() {
  const stats = useCall().call.statistics.latest.value;
  if (stats === null || stats.connections.length + stats.tracks.length === 0) {
    return <p class="panel-content field-hint">{t('statsNone')}</p>;
  }
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and the keyboard scrolls only what has the focus
    <section class="panel-content stats" tabIndex={0} aria-label={t('statistics')}>
      <h3>{t('statsTransport')}</h3>
      {stats.connections.map((connection) => (
        <ConnectionCard key={connection.connection} stats={connection} />
      ))}
      <TrackList title={t('statsSending')} tracks={stats.tracks.filter((track) => track.direction === 'send')} />
      <TrackList title={t('statsReceiving')} tracks={stats.tracks.filter((track) => track.direction === 'receive')} />
    </section>
  );
}
