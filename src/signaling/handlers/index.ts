import type { HandlerTable } from './handler.ts';
import { handleJoin } from './join.ts';
import { handleLeave } from './leave.ts';
import { handleMessage } from './message.ts';
import {
  handleAdmit,
  handleBan,
  handleEndRoom,
  handleMuteOther,
  handleRemove,
  handleUpdateRoom,
} from './moderation.ts';
import { handleAnswer, handleCandidate, handleOffer, handleRestartIce } from './negotiation.ts';
import { handlePing } from './ping.ts';
import { handleReceipt } from './receipt.ts';
import { handleRefreshToken } from './refresh-token.ts';
import { handleSubscribe, handleUnsubscribe } from './subscription.ts';
import { handleMute, handleUnpublish } from './track.ts';
import { handleUpdate } from './update.ts';

/** Who handles which request. */
export const handlers: HandlerTable = {
  join: handleJoin,
  leave: handleLeave,
  ping: handlePing,
  update: handleUpdate,
  offer: handleOffer,
  answer: handleAnswer,
  candidate: handleCandidate,
  restartIce: handleRestartIce,
  mute: handleMute,
  unpublish: handleUnpublish,
  subscribe: handleSubscribe,
  unsubscribe: handleUnsubscribe,
  message: handleMessage,
  receipt: handleReceipt,
  refreshToken: handleRefreshToken,
  muteOther: handleMuteOther,
  remove: handleRemove,
  ban: handleBan,
  admit: handleAdmit,
  updateRoom: handleUpdateRoom,
  endRoom: handleEndRoom,
};
