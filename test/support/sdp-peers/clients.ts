import { launchChromium, launchFirefox } from '../browsers.ts';
import { createBrowserClient } from './browser-client.ts';
import { createAiortcClient, createGstreamerClient } from './python-client.ts';
import type { SdpClient, SdpClientName } from './sdp-peer.ts';

/** The four clients whose SDP the bridge is held to. */
export const sdpClients: Record<SdpClientName, () => Promise<SdpClient>> = {
  chromium: () => createBrowserClient(launchChromium),
  firefox: () => createBrowserClient(launchFirefox),
  aiortc: createAiortcClient,
  gstreamer: createGstreamerClient,
};
