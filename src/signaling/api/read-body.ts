import type { IncomingMessage } from 'node:http';
import type { z } from 'zod';
import { CrosspointError } from '../../shared/errors.ts';
import { parseSafely } from '../parse-safely.ts';

/** Reads a JSON body of bounded size by its schema; no body at all counts as an empty object. */
export async function readBody<S extends z.ZodType>(
  request: IncomingMessage,
  schema: S,
  maxBytes: number,
): Promise<z.output<S>> {
  const text = await readText(request, maxBytes).catch((error: unknown) => {
    throw error instanceof CrosspointError ? error : new CrosspointError('malformedMessage', { cause: error });
  });
  const parsed = parseSafely(schema, text === '' ? {} : parseJson(text));
  if (!parsed.problems) return parsed.data;
  const problems = parsed.problems.map(({ path, message }) => ({ path: path.join('.'), message }));
  throw new CrosspointError('invalidParams', { message: 'The body does not match.', data: { problems } });
}

async function readText(request: IncomingMessage, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  // The request must outlive a refusal, which is answered on its socket.
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    if (!Buffer.isBuffer(chunk)) continue;
    bytes += chunk.length;
    if (bytes > maxBytes) throw new CrosspointError('messageTooLarge', { data: { maxBytes } });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new CrosspointError('malformedMessage', { message: 'The body is not JSON.' });
  }
}
