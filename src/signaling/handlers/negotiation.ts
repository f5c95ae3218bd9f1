import type { RequestParams } from '../../protocol/requests.ts';
import type { PublishedSource, TrackDescription } from '../../sfu/types.ts';
import { mayPublish, mayPublishAnything } from '../auth/may-publish.ts';
import { type Handler, nothing } from './handler.ts';
import { relay } from './relay.ts';

type PublishOffer = Extract<RequestParams<'offer'>, { connection: 'publish' }>;

export const handleOffer: Handler<'offer'> = (context, params) => {
  if ('to' in params) return relay(context, { method: 'offer', to: params.to, key: 'sdp', value: params.sdp });
  const session = context.requireSession();
  if (!mayPublishAnything(session.admission.grants)) context.forbid('The access token does not let you publish.');
  const offer = {
    sdp: params.sdp,
    tracks: params.tracks.map(toDescription),
    mayPublish: (track: PublishedSource) => mayPublish(session.admission.grants, track),
  };
  return context.requireBridge().publish(session, offer);
};

export const handleAnswer: Handler<'answer'> = (context, params) => {
  if ('to' in params) return relay(context, { method: 'answer', to: params.to, key: 'sdp', value: params.sdp });
  const { negotiation, sdp } = params;
  return context
    .requireMedia()
    .handleSubscribeAnswer({ negotiation, sdp })
    .then(() => nothing);
};

export const handleCandidate: Handler<'candidate'> = (context, params) => {
  if ('to' in params) {
    return relay(context, { method: 'candidate', to: params.to, key: 'candidate', value: params.candidate });
  }
  context.requireMedia().handleCandidate(params.connection, params.candidate.candidate);
  return nothing;
};

export const handleRestartIce: Handler<'restartIce'> = async (context, { connection, fresh }) => {
  await context.requireMedia().restartIce({ connection, fresh });
  return nothing;
};

function toDescription({ mid, source, muted, ...rest }: PublishOffer['tracks'][number]): TrackDescription {
  const { metadata, width, height } = rest;
  return {
    mid,
    source,
    muted,
    ...(metadata && { metadata }),
    ...(width !== undefined && { width }),
    ...(height !== undefined && { height }),
  };
}
