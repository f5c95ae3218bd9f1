import { expect, it } from 'vitest';
import { Database } from '../storage/database.ts';
import { WebhookStore } from './webhook-store.ts';

it('gives what was saved once, in order', async () => {
  const database = new Database();
  const store = new WebhookStore(database);
  const waiting = [
    { url: 'https://one.example/', body: '{"id":"2"}' },
    { url: 'https://two.example/', body: '{"id":"1"}' },
  ];
  store.save([]);
  store.save(waiting);
  store.save([{ url: 'https://one.example/', body: '{"id":"3"}' }]);
  expect(new WebhookStore(database).take()).toEqual([...waiting, { url: 'https://one.example/', body: '{"id":"3"}' }]);
  expect(store.take()).toEqual([]);
  await database.close();
});
