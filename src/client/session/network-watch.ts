export interface NetworkListener {
  /** The network is back, or another one is in use. */
  onChange: () => void;
  /** The page is shown again; its sockets may have died while it was not. */
  onVisible: () => void;
  /** The page is being closed. */
  onPageHide: () => void;
}

/** The parts of a page that tell about the network; Node has none of them, and then nothing is told. */
interface Page {
  window: EventTarget;
  document: EventTarget & { readonly visibilityState: string };
  /** Network Information API, not in every browser. */
  connection: EventTarget | undefined;
}

/** Listens to the browser's signs that the network changed. Returns the function that ends it. */
export function watchNetwork({ onChange, onVisible, onPageHide }: NetworkListener): () => void {
  const page = currentPage();
  if (!page) return () => {};
  const ending = new AbortController();
  const { signal } = ending;
  const handleVisibility = () => {
    if (page.document.visibilityState === 'visible') onVisible();
  };
  page.window.addEventListener('online', onChange, { signal });
  page.window.addEventListener('pagehide', onPageHide, { signal });
  page.document.addEventListener('visibilitychange', handleVisibility, { signal });
  watchConnectionType(page.connection, onChange, signal);
  return () => ending.abort();
}

/** The API reports every change of its estimates; only another type of network matters. */
function watchConnectionType(connection: EventTarget | undefined, onChange: () => void, signal: AbortSignal): void {
  if (!connection) return;
  let type = connectionType(connection);
  const handleChange = () => {
    const now = connectionType(connection);
    if (now === type) return;
    type = now;
    onChange();
  };
  connection.addEventListener('change', handleChange, { signal });
}

function connectionType(connection: EventTarget): unknown {
  return 'type' in connection ? connection.type : undefined;
}

function currentPage(): Page | undefined {
  if (typeof window === 'undefined' || typeof document === 'undefined') return undefined;
  const connection = 'connection' in navigator ? navigator.connection : undefined;
  return { window, document, connection: connection instanceof EventTarget ? connection : undefined };
}
