import type { RtcpFeedback } from './types.ts';

/** The RTCP feedback that both sides know, without REMB where transport-wide congestion control does the same better. */
export function commonFeedback(
  own: readonly RtcpFeedback[] = [],
  others: readonly RtcpFeedback[] = [],
): RtcpFeedback[] {
  const common = own.filter((feedback) => others.some((other) => isSameFeedback(feedback, other)));
  const distinct = common.filter((feedback, at) => common.findIndex((other) => isSameFeedback(feedback, other)) === at);
  const hasTransportCc = distinct.some(({ type }) => type === 'transport-cc');
  return hasTransportCc ? distinct.filter(({ type }) => type !== 'goog-remb') : distinct;
}

function isSameFeedback(a: RtcpFeedback, b: RtcpFeedback): boolean {
  return a.type === b.type && (a.parameter ?? '') === (b.parameter ?? '');
}
