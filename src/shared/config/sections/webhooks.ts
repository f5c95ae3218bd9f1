import { z } from 'zod';
import { field } from '../field.ts';

const url = z.url({ protocol: /^https?$/ }).meta({ expected: 'an https address' });

/** Servers that are told what happens in rooms. */
export const webhooksSection = z.strictObject({
  urls: field(
    z.array(url).max(10).default([]),
    'Where to POST that rooms start and end, participants join and leave, and tracks are published.',
  ),
  secret: field(
    z.string().min(16).meta({ expected: 'at least 16 characters' }).optional(),
    'Signs every webhook; the receiver needs it to check the header `crosspoint-signature`.',
    { secret: true },
  ),
});
