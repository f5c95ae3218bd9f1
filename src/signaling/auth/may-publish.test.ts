import { expect, it } from 'vitest';
import { grants } from '../../protocol/grants.ts';
import { mayPublish, mayPublishAnything } from './may-publish.ts';

const microphone = { source: 'microphone', kind: 'audio' } as const;
const camera = { source: 'camera', kind: 'video' } as const;

it('lets an ordinary participant send everything, and nobody without the grant anything', () => {
  expect(mayPublish(grants.parse({}), camera)).toBe(true);
  expect(mayPublish(grants.parse({ publish: false }), camera)).toBe(false);
  expect(mayPublishAnything(grants.parse({ publish: [] }))).toBe(false);
});

it('lets only the named sources through, and no picture under the name of a microphone', () => {
  const some = grants.parse({ publish: ['microphone'] });
  expect([mayPublish(some, microphone), mayPublish(some, camera)]).toEqual([true, false]);
  expect(mayPublish(some, { source: 'microphone', kind: 'video' })).toBe(false);
});

it('lets nobody send who is hidden', () => {
  const hidden = grants.parse({ hidden: true });
  expect(mayPublish(hidden, microphone)).toBe(false);
  expect(mayPublishAnything(hidden)).toBe(false);
});
