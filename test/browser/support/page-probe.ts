/**
 * Runs in a page before the demo does: keeps every RTCPeerConnection, so that a test can read statistics of the browser
 * itself, and bounds what is captured, so that several pages fit on two cores.
 */
export function pageProbe(capture: { width: number; height: number; frameRate: number }): string {
  return `(${install.toString()})(${JSON.stringify(capture)});`;
}

declare global {
  interface Window {
    probedConnections: RTCPeerConnection[];
    probedSockets: WebSocket[];
  }
}

function install(capture: { width: number; height: number; frameRate: number }): void {
  window.probedConnections = [];
  window.probedSockets = [];
  const NativeConnection = window.RTCPeerConnection;
  window.RTCPeerConnection = new Proxy(NativeConnection, {
    construct(target, parameters: [RTCConfiguration?]) {
      const connection = new target(...parameters);
      window.probedConnections.push(connection);
      return connection;
    },
  });
  const NativeSocket = window.WebSocket;
  window.WebSocket = new Proxy(NativeSocket, {
    construct(target, parameters: [string, (string | string[])?]) {
      const socket = new target(...parameters);
      window.probedSockets.push(socket);
      return socket;
    },
  });
  const devices = navigator.mediaDevices;
  if (!devices) return;
  const nativeGetUserMedia = devices.getUserMedia.bind(devices);
  devices.getUserMedia = (constraints) => {
    if (!constraints?.video) return nativeGetUserMedia(constraints);
    const wanted = typeof constraints.video === 'object' ? constraints.video : {};
    const { width, height, frameRate } = capture;
    return nativeGetUserMedia({ ...constraints, video: { ...wanted, width, height, frameRate } });
  };
}
