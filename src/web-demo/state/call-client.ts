import type { CrosspointClient } from '../../client/index.ts';

/** What the demo uses of the client; the preview page puts an imitation in its place. */
export type CallClient = Pick<
  CrosspointClient,
  'state' | 'self' | 'participants' | 'on' | 'join' | 'leave' | 'publish' | 'subscribe' | 'sendMessage' | 'getStats'
>;

export type CreateClient = () => CallClient;
