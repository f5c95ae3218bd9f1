import type { DisconnectAction } from '../../protocol/error-codes.ts';
import type { CrosspointClientError } from '../client-error.ts';

/** Refusals of a resume after which a new session may still be let in, with a current token. */
const ofResume: readonly string[] = ['sessionNotFound', 'unauthorized', 'forbidden', 'invalidParams'];
/** Refusals of a rejoin that pass. */
const passing: readonly string[] = [
  'serverFull',
  'serverDraining',
  'rateLimited',
  'internalError',
  'requestTimeout',
  'connectionFailed',
];

/** Whether a new session is worth asking for where one could not be resumed. */
export function allowsNewSession({ code }: CrosspointClientError): boolean {
  return ofResume.includes(code);
}

/** Whether the same join may succeed later. */
export function isPassing({ code }: CrosspointClientError): boolean {
  return passing.includes(code);
}

/** What is left to the application after a join that was refused for good. */
export function actionAfter(error: CrosspointClientError): DisconnectAction {
  return isPassing(error) || error.code === 'roomFull' ? 'rejoin' : 'giveUp';
}
