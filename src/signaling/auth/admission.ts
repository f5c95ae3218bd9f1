import { type Grants, grants } from '../../protocol/grants.ts';
import type { Metadata } from '../../protocol/models.ts';

/** What the door has decided about a session: who it is, what it may do, and for how long. */
export interface Admission {
  /** Absent without a token, and for tokens that are made to be passed on. */
  readonly identity: string | undefined;
  /** The name that the token gives; the client may not choose another. */
  readonly name: string | undefined;
  readonly metadata: Metadata | undefined;
  readonly grants: Grants;
  /** When the token expires, in milliseconds since 1970. */
  readonly expiresAt: number | undefined;
  /** When the session ends unless it is refreshed: later by what clocks may differ. */
  readonly endsAt: number | undefined;
}

/** Everybody's on a server without tokens: an ordinary participant. */
export const openAdmission: Admission = Object.freeze({
  identity: undefined,
  name: undefined,
  metadata: undefined,
  grants: Object.freeze(grants.parse({})),
  expiresAt: undefined,
  endsAt: undefined,
});
