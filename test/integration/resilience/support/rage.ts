import { setTimeout as delay } from 'node:timers/promises';
import type { Random } from '../../../fuzz/support/random.ts';
import type { UnrulyProxy } from '../../../support/unruly-proxy.ts';

/** How often something breaks: each of ten networks about every second. */
const mischiefEveryMs = 100;

/** Until then, bad things happen to one network after another. */
export async function rage(
  networks: readonly UnrulyProxy[],
  { untilMs, random }: { untilMs: number; random: Random },
): Promise<void> {
  while (Date.now() < untilMs) {
    const victim = networks[random.below(networks.length)];
    if (victim) harm(victim, random);
    await delay(mischiefEveryMs);
  }
}

/** One bad thing happens to one network. */
function harm(network: UnrulyProxy, random: Random): void {
  const deed = random.below(100);
  if (deed < 35) network.cut();
  else if (deed < 55) network.halfClose(random.pick(['client', 'server']));
  else if (deed < 65) network.stall();
  else network.delay(50 + random.below(900));
}
