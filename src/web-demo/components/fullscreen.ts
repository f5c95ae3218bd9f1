/** Puts an element over the whole screen, or leaves that. A browser that refuses changes nothing. */
export function toggleFullscreen(element: Element | null): void {
  const change = document.fullscreenElement ? document.exitFullscreen() : element?.requestFullscreen();
  change?.catch(() => undefined);
}
