import { type Handler, nothing } from './handler.ts';

export const handleMute: Handler<'mute'> = async (context, { track, muted }) => {
  await context.requireMedia().setMuted(track, muted);
  return nothing;
};

export const handleUnpublish: Handler<'unpublish'> = async (context, { track }) => {
  await context.requireBridge().unpublish(context.requireSession(), track);
  return nothing;
};
