/** What a tile shows and what the browser decoded for it, at one moment. */
export interface TileSample {
  participant: string;
  name: string;
  source: string;
  isSelf: boolean;
  isMuted: boolean;
  /** Frames decoded, from the receiver's own statistics; -1 for one's own tile and without a picture. */
  framesDecoded: number;
  width: number;
  height: number;
  /** Mean brightness, 0 to 255; -1 without a picture. */
  brightness: number;
  /** Changes when the picture does. */
  fingerprint: number;
}

/** One received voice. */
interface AudioSample {
  trackId: string;
  packets: number;
  /** Total energy received (W3C webrtc-stats). */
  energy: number;
}

/** The route that media of one connection takes. */
interface RouteSample {
  candidateType: string;
  relayProtocol: string;
}

interface PageProbe {
  connections: RTCPeerConnection[];
  sockets: WebSocket[];
  tiles(): Promise<TileSample[]>;
  voices(): Promise<AudioSample[]>;
  routes(): Promise<RouteSample[]>;
}

declare global {
  interface Window {
    probe: PageProbe;
  }
}

interface Capture {
  width: number;
  height: number;
  frameRate: number;
}

export interface ProbeOptions {
  capture: Capture;
  /** Forces every connection through TURN, and this way to it. */
  relay?: 'udp' | 'tcp' | 'tls';
}

/**
 * Source text that runs in a page before the demo does: keeps every peer connection and WebSocket, so that a test can
 * read the browser's own statistics, and bounds what is captured, so that several pages fit on two cores.
 */
export function pageProbe(options: ProbeOptions): string {
  return `(${installProbe.toString()})(${JSON.stringify(options)});`;
}

/** Is sent to the page as text: it must use nothing from around it. */
function installProbe({ capture, relay }: ProbeOptions): void {
  const connections: RTCPeerConnection[] = [];
  const sockets: WebSocket[] = [];

  function leadsThere(url: string): boolean {
    if (relay === 'tls') return url.startsWith('turns:');
    return url.startsWith('turn:') && url.endsWith(`transport=${relay}`);
  }

  function relayed(configuration: RTCConfiguration = {}): RTCConfiguration {
    if (relay === undefined) return configuration;
    const servers = (configuration.iceServers ?? []).map((server) => ({
      ...server,
      urls: [server.urls].flat().filter(leadsThere),
    }));
    return { ...configuration, iceTransportPolicy: 'relay', iceServers: servers.filter(({ urls }) => urls.length > 0) };
  }

  function recordConstructions() {
    window.RTCPeerConnection = new Proxy(window.RTCPeerConnection, {
      construct(target, parameters: [RTCConfiguration?]) {
        const connection = new target(relayed(parameters[0]));
        const setConfiguration = connection.setConfiguration.bind(connection);
        connection.setConfiguration = (configuration) => setConfiguration(relayed(configuration));
        connections.push(connection);
        return connection;
      },
    });
    window.WebSocket = new Proxy(window.WebSocket, {
      construct(target, parameters: [string, (string | string[])?]) {
        const socket = new target(...parameters);
        sockets.push(socket);
        return socket;
      },
    });
  }

  function boundCapture() {
    const devices = navigator.mediaDevices;
    if (!devices) return;
    const nativeGetUserMedia = devices.getUserMedia.bind(devices);
    devices.getUserMedia = (constraints) => {
      if (!constraints?.video) return nativeGetUserMedia(constraints);
      const wanted = typeof constraints.video === 'object' ? constraints.video : {};
      return nativeGetUserMedia({ ...constraints, video: { ...wanted, ...capture } });
    };
  }

  async function inboundStats(kind: string): Promise<Map<string, Record<string, unknown>>> {
    const found = new Map<string, Record<string, unknown>>();
    const open = connections.filter((connection) => connection.connectionState !== 'closed');
    const receivers = open.flatMap((connection) => connection.getReceivers());
    for (const receiver of receivers.filter(({ track }) => track.kind === kind)) {
      const report = await receiver.getStats();
      report.forEach((entry: Record<string, unknown>) => {
        if (entry.type === 'inbound-rtp') found.set(receiver.track.id, entry);
      });
    }
    return found;
  }

  const canvas = document.createElement('canvas');
  canvas.width = 32;
  canvas.height = 18;
  const context = canvas.getContext('2d', { willReadFrequently: true });

  function look(video: HTMLVideoElement): { brightness: number; fingerprint: number } {
    if (!context || video.videoWidth === 0) return { brightness: -1, fingerprint: 0 };
    context.drawImage(video, 0, 0, canvas.width, canvas.height);
    const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
    let sum = 0;
    let fingerprint = 0;
    for (const [index, value] of data.entries()) {
      if (index % 4 === 3) continue;
      sum += value;
      fingerprint = (fingerprint * 31 + value) % 4294967291;
    }
    return { brightness: sum / (canvas.width * canvas.height * 3), fingerprint };
  }

  function sampleTile(tile: HTMLElement, stats: Map<string, Record<string, unknown>>): TileSample {
    const video = tile.querySelector('video');
    const stream = video?.srcObject instanceof MediaStream ? video.srcObject : undefined;
    const entry = stats.get(stream?.getVideoTracks()[0]?.id ?? '');
    return {
      participant: tile.dataset.participant ?? '',
      name: tile.querySelector('[data-testid=tile-name]')?.textContent ?? '',
      source: tile.dataset.source ?? '',
      isSelf: tile.dataset.self === 'true',
      isMuted: tile.dataset.muted === 'true',
      framesDecoded: Number(entry?.framesDecoded ?? -1),
      width: video?.videoWidth ?? 0,
      height: video?.videoHeight ?? 0,
      ...(video ? look(video) : { brightness: -1, fingerprint: 0 }),
    };
  }

  async function tiles(): Promise<TileSample[]> {
    const stats = await inboundStats('video');
    return [...document.querySelectorAll<HTMLElement>('[data-testid=tile]')].map((tile) => sampleTile(tile, stats));
  }

  async function voices(): Promise<AudioSample[]> {
    return [...(await inboundStats('audio'))].map(([trackId, entry]) => ({
      trackId,
      packets: Number(entry.packetsReceived ?? 0),
      energy: Number(entry.totalAudioEnergy ?? 0),
    }));
  }

  async function routeOf(connection: RTCPeerConnection): Promise<RouteSample[]> {
    const entries = new Map<string, Record<string, unknown>>();
    (await connection.getStats()).forEach((entry: Record<string, unknown>) => {
      entries.set(String(entry.id), entry);
    });
    const pairs = [...entries.values()].filter(({ type, nominated, state }) => {
      return type === 'candidate-pair' && nominated === true && state === 'succeeded';
    });
    return pairs.map(({ localCandidateId }) => {
      const candidate = entries.get(String(localCandidateId));
      return { candidateType: String(candidate?.candidateType), relayProtocol: String(candidate?.relayProtocol) };
    });
  }

  async function routes(): Promise<RouteSample[]> {
    const open = connections.filter((connection) => connection.connectionState === 'connected');
    return (await Promise.all(open.map(routeOf))).flat();
  }

  recordConstructions();
  boundCapture();
  window.probe = { connections, sockets, tiles, voices, routes };
}
