const key = 'crosspoint.token';

/**
 * The access token of this tab. A personal one does not stay in the address, where it would be seen and copied; so that a
 * reload does not lose it, the tab remembers it for as long as it is open.
 */
export function readKeptToken(): string | null {
  try {
    return sessionStorage.getItem(key);
  } catch {
    return null;
  }
}

export function keepToken(token: string): void {
  try {
    sessionStorage.setItem(key, token);
  } catch {
    // Forbidden: a reload needs the link again.
  }
}

/** One that was refused should not stand in the way of the next visit. */
export function forgetToken(): void {
  try {
    sessionStorage.removeItem(key);
  } catch {
    // Forbidden: there is nothing to forget.
  }
}
