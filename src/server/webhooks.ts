import { setTimeout as delay } from 'node:timers/promises';
import type { Config } from '../shared/config/schema.ts';
import { webhookLimits } from '../shared/limits.ts';
import type { Logger } from '../shared/logger.ts';
import type { Database } from '../signaling/storage/database.ts';
import { WebhookSender } from '../signaling/webhooks/webhook-sender.ts';
import { WebhookStore } from '../signaling/webhooks/webhook-store.ts';

interface Webhooks {
  sender: WebhookSender;
  /** Gives the last events a moment to leave, and keeps what has not left for the next start. */
  close(): Promise<void>;
}

/** Undefined where nobody wants to be told. */
export function createWebhooks({ webhooks }: Config, database: Database, logger: Logger): Webhooks | undefined {
  const { urls, secret } = webhooks;
  if (urls.length === 0 || secret === undefined) return undefined;
  const { closeTimeoutMs, ...limits } = webhookLimits;
  const sender = new WebhookSender({ urls, secret, ...limits, logger: logger.child({ part: 'webhooks' }) });
  const store = new WebhookStore(database);
  sender.resume(store.take());
  return {
    sender,
    close: async () => {
      await Promise.race([sender.idle(), delay(closeTimeoutMs, undefined, { ref: false })]);
      store.save(sender.close());
    },
  };
}
