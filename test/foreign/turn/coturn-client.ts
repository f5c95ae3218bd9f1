import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** What turnutils_uclient counted, from its own summary. */
export interface UclientReport {
  readonly exitCode: number;
  readonly sent: number;
  readonly received: number;
  readonly output: string;
}

/** Runs one of coturn's clients to its end; a hanging one is killed. */
export async function runCoturn(
  command: string,
  args: readonly string[],
): Promise<{ exitCode: number; output: string }> {
  const child = spawn(command, args, { timeout: 80_000 });
  let output = '';
  const collect = (chunk: Buffer) => {
    output += chunk.toString();
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  const [exitCode] = await once(child, 'close');
  return { exitCode: typeof exitCode === 'number' ? exitCode : -1, output };
}

export async function runUclient(args: readonly string[]): Promise<UclientReport> {
  const result = await runCoturn('turnutils_uclient', args);
  const last = [...result.output.matchAll(/tot_send_msgs=(\d+), tot_recv_msgs=(\d+)/g)].at(-1);
  return { ...result, sent: Number(last?.[1] ?? 0), received: Number(last?.[2] ?? 0) };
}
