import { z } from 'zod';
import { accessModeOf, hasKeys, missingKeyAdvice } from './access-mode.ts';
import { field, filePath } from './field.ts';
import { authSection } from './sections/auth.ts';
import { httpSection } from './sections/http.ts';
import { limitsSection } from './sections/limits.ts';
import { mediaSection } from './sections/media.ts';
import { messagesSection } from './sections/messages.ts';
import { shutdownSection } from './sections/shutdown.ts';
import { turnSection } from './sections/turn.ts';
import { webhooksSection } from './sections/webhooks.ts';

const logSection = z.strictObject({
  level: field(
    z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
    'The least important kind of log line that is written; see docs/logging.md.',
  ),
});

const metricsSection = z.strictObject({
  token: field(
    z.string().min(16).max(256).meta({ expected: 'at least 16 characters' }).optional(),
    'Bearer token that `GET /metrics` asks for. Without it only this machine may read metrics, and not through a proxy.',
    { secret: true },
  ),
});

/** Problems that a single key does not show. The path names the key to change. */
function checkTogether(config: Sections, report: (path: string[], expected: string) => void): void {
  const { http, turn, limits, webhooks } = config;
  if ((http.tls.certificate === undefined) !== (http.tls.key === undefined)) {
    report(['http', 'tls'], 'a certificate and a key, or neither');
  }
  if (http.tls.selfSigned && http.tls.certificate !== undefined) {
    report(['http', 'tls', 'selfSigned'], 'false, because http.tls.certificate is set');
  }
  if (accessModeOf(config) === 'token' && !hasKeys(config)) report(['auth'], missingKeyAdvice);
  if (webhooks.urls.length > 0 && webhooks.secret === undefined) {
    report(['webhooks', 'secret'], 'a secret that signs what is sent to webhooks.urls');
  }
  if ((turn.certificate === undefined) !== (turn.key === undefined)) {
    report(['turn'], 'turn.certificate and turn.key, or neither');
  }
  if (turn.maxPort < turn.minPort) report(['turn', 'maxPort'], `at least turn.minPort, which is ${turn.minPort}`);
  if (turn.mode === 'external' && turn.urls.length === 0) {
    report(['turn', 'urls'], 'at least one address, because turn.mode is external');
  }
  const { defaultTtlSeconds, maxTtlSeconds } = config.messages;
  if (maxTtlSeconds < defaultTtlSeconds) {
    report(['messages', 'maxTtlSeconds'], `at least messages.defaultTtlSeconds, which is ${defaultTtlSeconds}`);
  }
  if (limits.heartbeatTimeoutMs <= limits.heartbeatIntervalMs) {
    report(['limits', 'heartbeatTimeoutMs'], `more than limits.heartbeatIntervalMs, ${limits.heartbeatIntervalMs}`);
  }
}

const sections = z.strictObject({
  http: httpSection.prefault({}),
  auth: authSection.prefault({}),
  media: mediaSection.prefault({}),
  turn: turnSection.prefault({}),
  limits: limitsSection.prefault({}),
  messages: messagesSection.prefault({}),
  shutdown: shutdownSection.prefault({}),
  webhooks: webhooksSection.prefault({}),
  log: logSection.prefault({}),
  metrics: metricsSection.prefault({}),
  cacheDirectory: field(filePath().optional(), 'Where generated certificates are kept.', {
    defaultText: '`crosspoint` in the user’s cache directory',
  }),
});

type Sections = z.infer<typeof sections>;

/** The whole configuration: the only definition of its keys, types, bounds, defaults and descriptions. */
export const configSchema = sections.superRefine((config, context) => {
  checkTogether(config, (path, expected) =>
    context.addIssue({ code: 'custom', path, message: expected, input: undefined }),
  );
});

type DeepReadonly<T> = T extends readonly (infer Item)[]
  ? readonly DeepReadonly<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: DeepReadonly<T[Key]> }
    : T;

/** The effective configuration, complete and frozen. */
export type Config = DeepReadonly<Sections>;
