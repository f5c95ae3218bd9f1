import type { RequestInput, RequestResult } from '../../protocol/requests.ts';
import type { Recorder } from '../core/recorder.ts';
import type { SignalingPeer } from '../signaling-peer.ts';

/** Connects and joins; both latencies count from the intended start. Who is refused keeps no connection. */
export async function enterRoom(
  peer: SignalingPeer,
  params: Omit<RequestInput<'join'>, 'token'>,
  { recorder, intendedMs }: { recorder: Recorder; intendedMs: number },
): Promise<RequestResult<'join'>> {
  recorder.count('joins.offered');
  try {
    await peer.connect();
    recorder.since('connect', intendedMs);
    const joined = await peer.join(params);
    recorder.since('join', intendedMs);
    recorder.count('joins.achieved');
    recorder.level('participants', 1);
    return joined;
  } catch (error) {
    peer.cut();
    throw error;
  }
}

/** Counts a participant whose connection the server or the network ended. */
export function watchLoss(peer: SignalingPeer, recorder: Recorder): void {
  peer.onLost = (code) => {
    recorder.error(`lost.${code}`);
    recorder.level('participants', -1);
  };
}

/** Leaves politely; the level falls even when the server does not answer. Who was lost has been counted already. */
export async function leaveRoom(peer: SignalingPeer, recorder: Recorder): Promise<void> {
  if (peer.lost) return;
  recorder.level('participants', -1);
  await peer.leave();
  recorder.count('leaves');
}
