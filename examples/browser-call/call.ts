import { CrosspointClient } from '../../src/client/index.ts';

const client = new CrosspointClient({ url: 'https://call.example.org' });

client.on('trackSubscribed', (track, mediaTrack) => {
  const element = document.createElement(track.kind);
  element.id = track.id;
  element.autoplay = true;
  element.srcObject = new MediaStream([mediaTrack]);
  document.body.append(element);
});
client.on('trackUnsubscribed', (track) => document.getElementById(track.id)?.remove());
client.on('participantJoined', (participant) => console.log(`${participant.name} joined`));
client.on('stateChanged', (state) => console.log(state.status));

const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: { width: 1280, height: 720 } });
const joining = client.join({ room: 'lobby', name: 'Ann' });
const [microphone] = await client.publishAll(stream.getTracks());
await joining;
await microphone?.mute();
await client.sendMessage({ type: 'chat', body: 'Hello!' });
