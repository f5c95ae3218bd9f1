import { CrosspointError } from '../shared/errors.ts';

/** Why a description cannot be used; the client finds it in the error's `data.reason`. */
export type SdpProblem =
  | 'tooLong'
  | 'tooManySections'
  | 'tooManyLines'
  | 'tooManyCodecs'
  | 'tooManyHeaderExtensions'
  | 'tooManyEncodings'
  | 'notSdp'
  | 'noSections'
  | 'badSection'
  | 'badMid'
  | 'badBundle'
  | 'badIce'
  | 'badFingerprint'
  | 'badSetup'
  | 'noRtcpMux'
  | 'mismatch';

/** The only error that reading a description throws: code `invalidSdp`, with a reason for programs and a sentence for people. */
export function invalidSdp(reason: SdpProblem, message: string): CrosspointError {
  return new CrosspointError('invalidSdp', { message, data: { reason } });
}
