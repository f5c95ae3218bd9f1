import type { AddressAndPort } from '../limit/peer-filter.ts';
import type { ListenerPlace } from '../listener/listeners.ts';
import type { TurnThreadOptions } from './turn-thread.ts';

/** PEM texts; what of a secure context can be sent to another thread. */
export interface CertificatePem {
  readonly cert: string;
  readonly key: string;
}

/** What a worker is started with. */
export interface WorkerSetup extends Omit<TurnThreadOptions, 'certificate'> {
  readonly certificate: CertificatePem | undefined;
  readonly places: readonly ListenerPlace[];
}

export type ThreadCommand =
  | { readonly type: 'setSecrets'; readonly secrets: readonly string[] }
  | { readonly type: 'revokeUser'; readonly identity: string }
  | { readonly type: 'setAllowedPairs'; readonly pairs: readonly AddressAndPort[] }
  | { readonly type: 'setCertificate'; readonly certificate: CertificatePem }
  | { readonly type: 'close' };

export type ThreadEvent =
  | { readonly type: 'opened'; readonly places: readonly ListenerPlace[] }
  | { readonly type: 'failed'; readonly message: string; readonly code: string | undefined }
  | {
      readonly type: 'logged';
      readonly level: 'debug' | 'info' | 'warn' | 'error';
      readonly details: Record<string, unknown>;
      readonly message: string;
    };
