import { evenly } from '../core/arrivals.ts';
import { runOpenLoop } from '../core/open-loop.ts';
import { Random } from '../core/random.ts';
import { createCertificate } from '../media/dtls/certificate.ts';
import { MediaTicker } from '../media/media-ticker.ts';
import { distributionOf } from '../plan/fields.ts';
import { ownRooms, type Scenario, Tasks } from './context.ts';
import { MediaParticipant } from './media-participant.ts';

/** Fills rooms with publishers and receivers during the ramp; with a session length they come and go. */
export const media: Scenario<'media'> = async (context) => {
  const { options, plan, recorder, random, startMs, durationMs, signal } = context;
  const rooms = ownRooms(context, options.rooms);
  const certificate = await createCertificate();
  const ticker = new MediaTicker();
  const tasks = new Tasks(recorder);
  const endMs = startMs + durationMs;
  const session = options.session === undefined ? undefined : distributionOf(options.session);

  /** Keeps one place of a room taken until the end. Each draws for itself: the order in which they get free is chance. */
  const occupy = async (place: { room: string; publishes: boolean }, firstMs: number): Promise<void> => {
    const own = new Random(random.below(2 ** 32));
    for (let intendedMs = firstMs; intendedMs < endMs && !signal.aborted; ) {
      const leaveMs = Math.min(endMs, intendedMs + (session?.sample(own) ?? durationMs));
      await new MediaParticipant({ ...place, context, intendedMs, leaveMs, certificate, ticker }).run();
      intendedMs = leaveMs;
    }
  };
  const start = (intendedMs: number, index: number): void => {
    const room = rooms[index % rooms.length] ?? '';
    const publishes = Math.floor(index / rooms.length) < (options.publishers ?? options.participants);
    tasks.add(occupy({ room, publishes }, intendedMs));
  };
  const times = evenly(rooms.length * options.participants, plan.ramp);
  await runOpenLoop({ startMs, times, signal, recorder, start });
  await tasks.finish();
};
