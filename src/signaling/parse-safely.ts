import type { z } from 'zod';

interface Problem {
  readonly path: PropertyKey[];
  readonly message: string;
}

type Parsed<T> = { readonly data: T; readonly problems?: never } | { readonly problems: readonly Problem[] };

/**
 * Parses by a schema, and never throws. Zod looks at `length` of a value before it has refused its type, and throws when
 * that is an object that cannot be compared: `{"length":{"toString":0}}` in place of a string.
 */
export function parseSafely<S extends z.ZodType>(schema: S, value: unknown): Parsed<z.output<S>> {
  try {
    const parsed = schema.safeParse(value);
    return parsed.success ? { data: parsed.data } : { problems: parsed.error.issues };
  } catch {
    return { problems: [{ path: [], message: 'Invalid input' }] };
  }
}
