import { setTimeout as sleep } from 'node:timers/promises';
import { createCertificate } from '../../../src/loadtest/media/dtls/certificate.ts';
import { MediaTicker } from '../../../src/loadtest/media/media-ticker.ts';
import { joinCrosspoint, startCrosspoint } from '../media/forwarders.ts';
import { createParticipant } from '../media/participant.ts';
import { cpuMs, type StackCost } from './stack-cost.ts';

const roomSize = 2;
const connectionsPerParticipant = 2;
const settleMs = 1_000;

/** The load tester's stack, in rooms of two, so that every packet that is sent is received once; the server is another process. */
export async function measureOwnStack(participants: number, windowMs: number): Promise<StackCost> {
  const server = await startCrosspoint();
  const shared = { certificate: await createCertificate(), ticker: new MediaTicker() };
  let packets = 0;
  const enter = async (count: number) => {
    const entering = Array.from({ length: count }, async (_, index) => {
      const participant = createParticipant(shared, `${index}`, () => packets++);
      const peer = await joinCrosspoint(server.origin, `room ${Math.floor(index / roomSize)}`, participant);
      await participant.firstPacket;
      return { participant, peer };
    });
    return Promise.all(entering);
  };
  const leave = (present: Awaited<ReturnType<typeof enter>>) => {
    for (const { participant, peer } of present) {
      participant.publisher.close();
      participant.subscriber.close();
      peer.cut();
    }
  };
  try {
    // The first connections load code.
    leave(await enter(roomSize));
    const idle = cpuMs();
    const present = await enter(participants);
    const connected = cpuMs();
    await sleep(settleMs);
    const before = { packets, cpu: cpuMs() };
    await sleep(windowMs);
    const after = { packets, cpu: cpuMs() };
    leave(present);
    return {
      connectionMs: (connected - idle) / (participants * connectionsPerParticipant),
      packetUs: ((after.cpu - before.cpu) / (after.packets - before.packets)) * 1000,
    };
  } finally {
    await server.close();
  }
}
