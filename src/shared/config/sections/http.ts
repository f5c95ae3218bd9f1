import { z } from 'zod';
import { field, filePath, ipAddress, port } from '../field.ts';

const tls = z.strictObject({
  certificate: field(
    filePath().optional(),
    'PEM file with the certificate chain. With it the server speaks HTTPS and WSS.',
  ),
  key: field(filePath().optional(), 'PEM file with the private key of the certificate.'),
  selfSigned: field(
    z.boolean().default(false),
    'Speak HTTPS with a certificate that is generated and kept in the cache directory. For tests: browsers warn.',
  ),
});

/** The listener that carries the web demo, the signaling WebSocket and everything else over HTTP. */
export const httpSection = z.strictObject({
  host: field(ipAddress().default('127.0.0.1'), 'Address to listen on; `0.0.0.0` or `::` for all.'),
  port: field(port().default(4300), 'Port to listen on; 0 lets the system choose one.'),
  tls: tls.prefault({}),
  allowedOrigins: field(
    z
      .array(
        z
          .string()
          .regex(/^(https?:\/\/[^/\s]+|\*)$/)
          .meta({ expected: 'an origin such as https://call.example.org, or *' }),
      )
      .default([]),
    'Web origins that may connect. When empty: pages of the same host, and of loopback addresses.',
  ),
  trustProxy: field(
    z.boolean().default(false),
    'Believe `X-Forwarded-For` and `X-Forwarded-Proto`. Only behind a reverse proxy that sets them.',
  ),
});
