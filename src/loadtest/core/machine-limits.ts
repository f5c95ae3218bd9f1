import { readFileSync } from 'node:fs';

/** Descriptors that a process needs besides its connections: libraries, pipes to the parent, timers. */
const reservedDescriptors = 64;

/** Largest number of open files of this process. Node raises the soft limit to the hard one when it starts. */
export function fileDescriptorLimit(): number {
  try {
    const line = /^Max open files\s+(\S+)/m.exec(readFileSync('/proc/self/limits', 'latin1'))?.[1];
    return line === undefined || line === 'unlimited' ? Number.POSITIVE_INFINITY : Number(line);
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

/** Number of local ports that outgoing connections to one address and port can have. */
export function ephemeralPorts(): number {
  try {
    const [from, to] = readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'latin1').trim().split(/\s+/).map(Number);
    return from !== undefined && to !== undefined ? to - from + 1 : Number.POSITIVE_INFINITY;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

export interface MachineNeeds {
  connections: number;
  workers: number;
  descriptorLimit: number;
  ports: number;
  localAddresses: number;
}

/** Says in sentences what this machine lacks for so many connections; empty when nothing does. */
export function machineShortcomings(needs: MachineNeeds): string[] {
  const sentences: string[] = [];
  const perWorker = Math.ceil(needs.connections / needs.workers) + reservedDescriptors;
  if (perWorker > needs.descriptorLimit) {
    const workers = Math.ceil(needs.connections / Math.max(1, needs.descriptorLimit - reservedDescriptors));
    sentences.push(
      `Each worker process needs ${perWorker} file descriptors but may open ${needs.descriptorLimit}: raise the hard limit (ulimit -Hn, LimitNOFILE=) or use --workers ${workers}.`,
    );
  }
  if (needs.connections > needs.ports * needs.localAddresses) {
    const addresses = Math.ceil(needs.connections / needs.ports);
    sentences.push(
      `${needs.connections} connections to one server port need more than the ${needs.ports} local ports of one address: give ${addresses} addresses with --local-address.`,
    );
  }
  return sentences;
}
