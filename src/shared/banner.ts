import { renderUnicodeCompact } from 'uqr';

interface BannerAddresses {
  demo: string;
  signaling: string;
  http: { host: string; port: number };
  media: readonly { address: string; port: number; protocol: string }[];
  turn: readonly { url: string }[];
}

interface BannerNotes {
  version: string;
  selfSigned: boolean;
  /** From where everybody may join without a token. */
  openTo: 'network' | 'machine' | undefined;
  /** The demo's address with a token, for guests and for who moderates. */
  links?: { guest: string; host: string } | undefined;
}

/** What a person sees when the server is ready. */
export function renderBanner(addresses: BannerAddresses, about: BannerNotes): string {
  const { demo, signaling, http, media, turn } = addresses;
  const rows = [
    ['Web demo', about.links?.guest ?? demo],
    ['Moderator', about.links?.host ?? ''],
    ['Signaling', signaling],
    ['HTTP', `${http.host} port ${http.port}`],
    ['Media', media.map(({ protocol, address, port }) => `${protocol} ${address}:${port}`).join(', ')],
    ['TURN', turn.map(({ url }) => url).join(', ')],
  ];
  const lines = rows
    .filter(([, text]) => text !== '')
    .map(([title = '', text = '']) => `  ${title.padEnd(10)} ${text}`);
  const notes = [
    about.openTo === 'network' && 'WARNING: open mode. Everybody who can reach this server may join every room.',
    about.openTo === 'machine' && 'DEVELOPMENT MODE: no access token is asked for. Only this machine can connect.',
    about.links &&
      'The first link lets in whoever has it, for a day; without it nobody comes in. Keep the second: who has it may mute, remove and lock.',
    about.selfSigned && 'The certificate is self-signed: browsers warn, and let you go on.',
  ].flatMap((note) => (note ? ['', `  ${note}`] : []));
  return ['', `  Crosspoint ${about.version}`, '', ...lines, ...notes, '', ''].join('\n');
}

/** A QR code of half-height blocks, light on dark as terminals are. */
export function renderQrCode(text: string): string {
  const code = renderUnicodeCompact(text, { border: 2 });
  return `${code
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n')}\n\n`;
}
