import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { installPackages } from '../install-packages.ts';
import { cpuMs, type StackCost } from './stack-cost.ts';

const peersFolder = fileURLToPath(new URL('./peers', import.meta.url));
const packetsPerSecond = 150;
const payloadBytes = 1_000;
const tickMs = 20;
const settleMs = 1_000;

/** The parts of werift that are used; it is installed by the benchmark, so its own types are not there. */
interface Werift {
  RTCPeerConnection: new (options: object) => Connection;
  MediaStreamTrack: new (options: { kind: 'video' }) => SentTrack;
  RtpHeader: new (fields: object) => object;
  RtpPacket: new (header: object, payload: Buffer) => object;
}
interface Connection {
  addTransceiver(track: SentTrack, options: { direction: 'sendonly' }): unknown;
  createOffer(): Promise<object>;
  createAnswer(): Promise<object>;
  setLocalDescription(description: object): Promise<unknown>;
  setRemoteDescription(description: object): Promise<unknown>;
  readonly localDescription: object;
  readonly onTrack: { subscribe(listener: (track: ReceivedTrack) => void): unknown };
  readonly connectionStateChange: { watch(accepts: (state: string) => boolean): Promise<unknown> };
  close(): Promise<void>;
}
interface SentTrack {
  writeRtp(packet: object): void;
}
interface ReceivedTrack {
  readonly onReceiveRtp: { subscribe(listener: () => void): unknown };
}

async function load(): Promise<Werift> {
  installPackages(peersFolder, 'stack to compare with (about 31 MB)');
  return import(`${peersFolder}/node_modules/werift/lib/index.mjs`);
}

interface Pair {
  send(sequence: number): void;
  close(): Promise<void>;
}

/** Two connections of this process, one of which sends to the other. */
async function connectPair(werift: Werift, onPacket: () => void): Promise<Pair> {
  const options = { iceServers: [], iceAdditionalHostAddresses: ['127.0.0.1'], iceUseIpv6: false };
  const [sender, receiver] = [new werift.RTCPeerConnection(options), new werift.RTCPeerConnection(options)];
  const track = new werift.MediaStreamTrack({ kind: 'video' });
  receiver.onTrack.subscribe(({ onReceiveRtp }) => onReceiveRtp.subscribe(onPacket));
  sender.addTransceiver(track, { direction: 'sendonly' });
  await sender.setLocalDescription(await sender.createOffer());
  await receiver.setRemoteDescription(sender.localDescription);
  await receiver.setLocalDescription(await receiver.createAnswer());
  const connected = [sender, receiver].map((each) =>
    each.connectionStateChange.watch((state) => state === 'connected'),
  );
  await sender.setRemoteDescription(receiver.localDescription);
  await Promise.all(connected);
  const payload = Buffer.alloc(payloadBytes, 7);
  return {
    send: (sequence) => {
      const header = new werift.RtpHeader({ payloadType: 96, sequenceNumber: sequence & 0xffff, timestamp: sequence });
      track.writeRtp(new werift.RtpPacket(header, payload));
    },
    close: async () => {
      await sender.close();
      await receiver.close();
    },
  };
}

/** werift, as many packets from pair to pair as the load tester's participants send; both ends are in this process. */
export async function measureWerift(participants: number, windowMs: number): Promise<StackCost> {
  const werift = await load();
  let packets = 0;
  const connect = (count: number) =>
    Promise.all(Array.from({ length: count }, () => connectPair(werift, () => packets++)));
  // The first connections load code.
  for (const pair of await connect(1)) await pair.close();
  const idle = cpuMs();
  const pairs = await connect(participants);
  const connected = cpuMs();
  const startedMs = performance.now();
  let sequence = 0;
  const ticker = setInterval(() => {
    for (; sequence < ((performance.now() - startedMs) / 1000) * packetsPerSecond; sequence += 1) {
      for (const pair of pairs) pair.send(sequence);
    }
  }, tickMs);
  await sleep(settleMs);
  const before = { packets, cpu: cpuMs() };
  await sleep(windowMs);
  const after = { packets, cpu: cpuMs() };
  clearInterval(ticker);
  await Promise.all(pairs.map((pair) => pair.close()));
  return {
    connectionMs: (connected - idle) / (participants * 2),
    packetUs: ((after.cpu - before.cpu) / (after.packets - before.packets)) * 1000,
  };
}
