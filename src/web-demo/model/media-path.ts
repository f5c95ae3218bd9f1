export interface PageSurroundings {
  readonly hostname: string;
  readonly userAgent: string;
}

/** Which text explains that no media gets through: Firefox never pairs a loopback address with another one. */
export function mediaPathProblem({ hostname, userAgent }: PageSurroundings): 'mediaBlocked' | 'mediaLoopbackFirefox' {
  const isLoopback = hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname);
  return isLoopback && userAgent.includes('Firefox/') ? 'mediaLoopbackFirefox' : 'mediaBlocked';
}
