import { expect, it } from 'vitest';
import { Checkpointer } from './checkpointer.ts';

it('says when its thread has failed, and is harmless from then on', async () => {
  const failed = Promise.withResolvers<void>();
  const file = '/nowhere/data.sqlite';
  const checkpointer = new Checkpointer({ file, logger: undefined, onFailed: failed.resolve });
  checkpointer.noteCommit();
  await failed.promise;
  for (let count = 0; count < 1_000; count += 1) checkpointer.noteCommit();
  await checkpointer.close();
  expect(process.getActiveResourcesInfo()).not.toContain('Worker');
});
