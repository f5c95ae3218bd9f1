const loopbackNames = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * Which web pages may connect: those of this server, and those that the operator allows, given as origins
 * (`https://example.org`) or `*`; as long as none are given, also those of the visitor's own machine. Without an Origin
 * header it is not a page (RFC 6454, section 7.3), and browsers do not let pages leave it out.
 */
export class OriginPolicy {
  readonly #allowed: ReadonlySet<string>;

  constructor(allowedOrigins: readonly string[]) {
    this.#allowed = new Set(allowedOrigins.map((origin) => origin.toLowerCase()));
  }

  allows(origin: string | undefined, host: string | undefined): boolean {
    if (origin === undefined || this.#allowed.has('*') || this.#allowed.has(origin.toLowerCase())) return true;
    const url = URL.parse(origin);
    if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:')) return false;
    return url.host === host?.toLowerCase() || (this.#allowed.size === 0 && loopbackNames.has(url.hostname));
  }
}
