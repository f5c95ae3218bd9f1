import { z } from 'zod';
import { field } from '../field.ts';

/** How the server goes away. */
export const shutdownSection = z.strictObject({
  drainTimeoutMs: field(
    z.int().min(0).max(86_400_000).default(0),
    'How long calls may go on after SIGTERM, in milliseconds; 0 closes at once. What starts the server must wait longer than that before it kills: Docker waits 10 s, Kubernetes 30 s, systemd 90 s unless told otherwise.',
  ),
});
