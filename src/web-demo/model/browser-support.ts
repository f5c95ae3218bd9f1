export type SupportProblem = 'insecure' | 'noWebRtc';

export interface BrowserFeatures {
  readonly isSecureContext: boolean;
  readonly hasPeerConnection: boolean;
  readonly hasWebSocket: boolean;
}

/** Why a call cannot work here at all, or null. A browser without devices can still watch and listen. */
export function supportProblem(features: BrowserFeatures): SupportProblem | null {
  if (!features.hasPeerConnection || !features.hasWebSocket) return features.isSecureContext ? 'noWebRtc' : 'insecure';
  return features.isSecureContext ? null : 'insecure';
}
