import { CrosspointError } from '../shared/errors.ts';

/** A parameter as JSON text. Writing recurses and reading does not, so there are values that came in and cannot go out. */
export function writeJson(key: string, value: unknown): string {
  try {
    return JSON.stringify(value) ?? 'null';
  } catch (cause) {
    const problems = [{ path: key, message: 'It is nested too deeply.' }];
    throw new CrosspointError('invalidParams', { data: { problems }, cause });
  }
}
