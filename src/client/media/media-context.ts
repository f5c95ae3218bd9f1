import type { ServerConnection } from '../../protocol/models.ts';
import type { Method, RequestInput, RequestResult } from '../../protocol/requests.ts';
import type { MediaState } from '../client-events.ts';
import type { ClientLogger } from '../options.ts';
import type { PeerConnection } from '../platform.ts';

/** What both peer connections need of the rest of the client. */
export interface MediaContext {
  readonly logger: ClientLogger;
  /** Throws `unsupported` where there is no WebRTC. */
  createPeerConnection(): PeerConnection;
  /** Resolves when the server has named its ICE servers; every connection's configuration has them then. */
  iceServersKnown(): Promise<void>;
  request<M extends Method>(method: M, params: RequestInput<M>): Promise<RequestResult<M>>;
  /** True while the session is up, so that a request would leave now. */
  isJoined(): boolean;
  tellState(connection: ServerConnection, state: MediaState): void;
}
