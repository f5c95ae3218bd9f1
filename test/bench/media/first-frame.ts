import type { TestPage } from '../../support/browsers.ts';

/** Joins as a page that only receives, and resolves with the milliseconds until its first decoded video frame. */
export function joinToFirstFrame(page: TestPage, signaling: string, room: string): Promise<number> {
  return page.evaluate(
    ({ signaling: url, room: name }) =>
      new Promise<number>((resolve, reject) => {
        const startMs = performance.now();
        const socket = new WebSocket(url, 'crosspoint.v1');
        const connection = new RTCPeerConnection();
        let nextId = 1;
        const request = (method: string, params: unknown): void =>
          socket.send(JSON.stringify({ id: nextId++, method, params }));
        const answer = async ({ sdp, negotiation }: { sdp: string; negotiation: number }): Promise<void> => {
          await connection.setRemoteDescription({ type: 'offer', sdp });
          await connection.setLocalDescription();
          request('answer', { connection: 'subscribe', negotiation, sdp: connection.localDescription?.sdp });
        };
        const finish = (): void => {
          resolve(performance.now() - startMs);
          request('leave', {});
          connection.close();
          socket.close();
        };
        connection.ontrack = ({ track }) => {
          if (track.kind !== 'video') return;
          const video = document.createElement('video');
          video.muted = true;
          video.srcObject = new MediaStream([track]);
          video.requestVideoFrameCallback(finish);
          document.body.append(video);
          video.play().catch(reject);
        };
        socket.onopen = () => request('join', { room: name });
        socket.onmessage = ({ data }) => {
          const frame = JSON.parse(data);
          if (frame.method === 'offer') answer(frame.params).catch(reject);
        };
        socket.onerror = () => reject(new Error('the WebSocket failed'));
      }),
    { signaling, room },
  );
}
