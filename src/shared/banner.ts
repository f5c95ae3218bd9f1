import { renderUnicodeCompact } from 'uqr';

interface BannerAddresses {
  demo: string;
  signaling: string;
  http: { host: string; port: number };
  media: readonly { address: string; port: number; protocol: string }[];
  turn: readonly { url: string }[];
}

/** What a person sees when the server is ready. */
export function renderBanner(addresses: BannerAddresses, about: { version: string; selfSigned: boolean }): string {
  const { demo, signaling, http, media, turn } = addresses;
  const rows = [
    ['Web demo', demo],
    ['Signaling', signaling],
    ['HTTP', `${http.host} port ${http.port}`],
    ['Media', media.map(({ protocol, address, port }) => `${protocol} ${address}:${port}`).join(', ')],
    ['TURN', turn.map(({ url }) => url).join(', ')],
  ];
  const lines = rows
    .filter(([, text]) => text !== '')
    .map(([title = '', text = '']) => `  ${title.padEnd(10)} ${text}`);
  const note = about.selfSigned ? ['', '  The certificate is self-signed: browsers warn, and let you go on.'] : [];
  return ['', `  Crosspoint ${about.version}`, '', ...lines, ...note, '', ''].join('\n');
}

/** A QR code of half-height blocks, light on dark as terminals are. */
export function renderQrCode(text: string): string {
  const code = renderUnicodeCompact(text, { border: 2 });
  return `${code
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n')}\n\n`;
}
