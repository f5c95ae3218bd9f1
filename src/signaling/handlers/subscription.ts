import type { RequestParams } from '../../protocol/requests.ts';
import type { SubscriptionWish } from '../../sfu/types.ts';
import { type Handler, nothing } from './handler.ts';

type Wish = RequestParams<'subscribe'>['tracks'][number];

export const handleSubscribe: Handler<'subscribe'> = async (context, { tracks }) => {
  context.requireGrant('subscribe');
  await context.requireMedia().subscribe(tracks.map(toWish));
  return nothing;
};

export const handleUnsubscribe: Handler<'unsubscribe'> = async (context, { tracks }) => {
  await context.requireMedia().unsubscribe(tracks);
  return nothing;
};

/** Leaves out what was not given, which the schema’s type has as `undefined`. */
function toWish({ track, width, height, priority, paused }: Wish): SubscriptionWish {
  return {
    track,
    ...(width !== undefined && { width }),
    ...(height !== undefined && { height }),
    ...(priority !== undefined && { priority }),
    ...(paused !== undefined && { paused }),
  };
}
