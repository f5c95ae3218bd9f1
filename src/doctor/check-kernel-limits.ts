import { readFile } from 'node:fs/promises';
import { type Finding, good, hint, stop } from './finding.ts';

/** Listeners, workers, SQLite and some people: below this a small call already fails. */
const MIN_OPEN_FILES = 256;
/** One for each WebSocket, TCP candidate and TURN allocation of a thousand participants. */
const ADVISED_OPEN_FILES = 8_192;
/** A key frame to many receivers is sent at once; the kernel drops what does not fit. */
const ADVISED_SOCKET_BUFFER_BYTES = 4_194_304;

export interface KernelLimits {
  openFiles: number | undefined;
  receiveBufferBytes: number | undefined;
  sendBufferBytes: number | undefined;
}

/** Whether the kernel lets the process open enough sockets, with buffers that hold a burst of media. */
export function checkKernelLimits({ openFiles, receiveBufferBytes, sendBufferBytes }: KernelLimits): Finding[] {
  return [
    ...(openFiles === undefined ? [] : [checkOpenFiles(openFiles)]),
    ...checkBuffer('net.core.rmem_max', receiveBufferBytes),
    ...checkBuffer('net.core.wmem_max', sendBufferBytes),
  ];
}

/** Reads the limits of this process from Linux; elsewhere they stay unknown. */
export async function readKernelLimits(): Promise<KernelLimits> {
  const limits = await readText('/proc/self/limits');
  const openFiles = /^Max open files\s+(\d+|unlimited)/m.exec(limits)?.[1];
  return {
    openFiles: openFiles === 'unlimited' ? Number.POSITIVE_INFINITY : toNumber(openFiles),
    receiveBufferBytes: toNumber(await readText('/proc/sys/net/core/rmem_max')),
    sendBufferBytes: toNumber(await readText('/proc/sys/net/core/wmem_max')),
  };
}

function checkOpenFiles(openFiles: number): Finding {
  const advice = `raise it: \`ulimit -n ${ADVISED_OPEN_FILES}\`, or LimitNOFILE=${ADVISED_OPEN_FILES} in the systemd unit`;
  if (openFiles < MIN_OPEN_FILES) return stop(`only ${openFiles} files may be open at a time`, advice);
  if (openFiles < ADVISED_OPEN_FILES)
    return hint(`${openFiles} files may be open at a time: enough for small calls`, advice);
  return good(`${openFiles} files may be open at a time`);
}

function checkBuffer(name: string, bytes: number | undefined): Finding[] {
  if (bytes === undefined) return [];
  if (bytes >= ADVISED_SOCKET_BUFFER_BYTES) return [good(`${name} is ${bytes}`)];
  return [
    hint(
      `${name} is ${bytes}: bursts of media may be dropped under load`,
      `raise it: \`sysctl -w ${name}=${ADVISED_SOCKET_BUFFER_BYTES}\``,
    ),
  ];
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch {
    return '';
  }
}

function toNumber(text: string | undefined): number | undefined {
  const trimmed = text?.trim();
  return trimmed && /^\d+$/.test(trimmed) ? Number(trimmed) : undefined;
}
