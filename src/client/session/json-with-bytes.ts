import { bytesOf, toBinaryObject } from '../../protocol/binary-value.ts';

/** Present, perhaps written with an escape, in every text that has bytes in it. */
const mayHaveBytes = /\$binary|\\u00/i;

/** Writes JSON in which a Uint8Array is the object that stands for its bytes. */
export function writeJson(value: unknown): string {
  return JSON.stringify(value, writeBytes);
}

/** Reads JSON, with a Uint8Array for every object that stands for bytes. */
export function readJson(text: string): unknown {
  const value: unknown = JSON.parse(text);
  return mayHaveBytes.test(text) ? withBytes(value) : value;
}

/** Looks at the holder, because a Node Buffer has turned itself into something else by the time it is given. */
function writeBytes(this: unknown, key: string, value: unknown): unknown {
  const original: unknown = Reflect.get(Object(this), key);
  return original instanceof Uint8Array ? toBinaryObject(original) : value;
}

/** Does not recurse: somebody else decides how deeply a message is nested. */
function withBytes(value: unknown): unknown {
  const root = [value];
  const pending: object[] = [root];
  for (let holder = pending.pop(); holder; holder = pending.pop()) {
    for (const [key, item] of Object.entries(holder)) {
      if (typeof item !== 'object' || item === null) continue;
      const bytes = bytesOf(item);
      if (bytes) Object.defineProperty(holder, key, { value: bytes });
      else pending.push(item);
    }
  }
  return root[0];
}
