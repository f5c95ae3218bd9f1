interface AccessSettings {
  auth: { mode: 'auto' | 'open' | 'token'; apiKeys: readonly string[]; jwksUrl?: string | undefined };
  http: { host: string; trustProxy: boolean };
}

const loopback = /^(127\.|::1$|::ffff:127\.)/;

/** Whether the HTTP listener can be reached from other machines, by itself or through a proxy. */
export function isExposed({ http }: Pick<AccessSettings, 'http'>): boolean {
  return http.trustProxy || !loopback.test(http.host);
}

export function hasKeys({ auth }: Pick<AccessSettings, 'auth'>): boolean {
  return auth.apiKeys.length > 0 || auth.jwksUrl !== undefined;
}

/** What `auth.mode` comes to: whoever has set a key, or has left this machine, wants a lock. */
export function accessModeOf(settings: AccessSettings): 'open' | 'token' {
  const { mode } = settings.auth;
  if (mode !== 'auto') return mode;
  return isExposed(settings) || hasKeys(settings) ? 'token' : 'open';
}

/** The three ways out for who has left loopback without deciding who may join. */
export const missingKeyAdvice: string =
  'a decision about who may join: auth.apiKeys (`npx crosspoint token --new-key` makes one), or --lan, which prints a link for guests, or --auth-mode open, which lets everybody in';
