import { z } from 'zod';
import { field } from '../field.ts';

const apiKey = z
  .string()
  .regex(/^[A-Za-z0-9._-]{1,64}:.{32,}$/s)
  .meta({ expected: 'an id and a secret of at least 32 characters, as in web:SECRET' });

/** Who may join. */
export const authSection = z.strictObject({
  mode: field(
    z.enum(['auto', 'open', 'token']).default('auto'),
    '`open` lets everybody join every room; with `token` a join needs an access token. `auto` is `open` only on loopback without keys and without `http.trustProxy`.',
  ),
  apiKeys: field(
    z.array(apiKey).max(100).default([]),
    'API keys, each ID:SECRET. A token names the id in `iss` and is signed with the secret (HS256).',
    { secret: true },
  ),
  jwksUrl: field(
    z
      .url({ protocol: /^https?$/ })
      .meta({ expected: 'an https address' })
      .optional(),
    'Where an identity provider’s public keys are fetched, for tokens that it signed.',
  ),
  issuer: field(z.string().min(1).optional(), 'Required `iss` of tokens that the identity provider signed.'),
  audience: field(z.string().min(1).optional(), 'Required `aud` of every token.'),
  clockToleranceSeconds: field(z.int().min(0).max(300).default(5), 'How far clocks may differ, in seconds.'),
});
