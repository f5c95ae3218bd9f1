import { number, readFlags } from './flags.ts';
import { measureOwnStack } from './stacks/own-stack.ts';
import type { StackCost } from './stacks/stack-cost.ts';
import { measureWerift } from './stacks/werift-stack.ts';

/**
 * What one core of a load generator can carry: CPU time of this process for connections and packets, of the load tester's own
 * WebRTC stack and of werift. They take turns, and the best of each counts.
 */
const { rounds, window, participants } = readFlags({
  rounds: number(2, 'times that each stack is measured; the best counts'),
  window: number(5, 'seconds that are measured at a time'),
  participants: number(16, 'participants that send and receive'),
});
const windowMs = window * 1000;

const stacks = { 'the load tester’s': measureOwnStack, werift: measureWerift };
const best = new Map<string, StackCost>();
for (let round = 0; round < rounds; round++) {
  for (const [name, measure] of Object.entries(stacks)) {
    const cost = await measure(participants, windowMs);
    const sofar = best.get(name) ?? cost;
    best.set(name, {
      connectionMs: Math.min(sofar.connectionMs, cost.connectionMs),
      packetUs: Math.min(sofar.packetUs, cost.packetUs),
    });
  }
}

console.log('\nCPU time of a load generator, by WebRTC stack:\n');
console.log('| | a connection | a packet sent and one received |\n|---|---|---|');
for (const [name, { connectionMs, packetUs }] of best) {
  console.log(`| ${name} | ${connectionMs.toFixed(1)} ms | ${packetUs.toFixed(0)} µs |`);
}
process.exit(0);
