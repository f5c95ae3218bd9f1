/**
 * How bytes look where the encoding has none: in JSON text `{"$binary":"<base64>"}` stands for what MessagePack writes as
 * a byte string. The alphabet is the standard one with padding (RFC 4648, section 4).
 */
export interface BinaryObject {
  readonly $binary: string;
}

const key = '$binary';
/** Arguments that a call takes without trouble in every engine. */
const charsPerCall = 8_192;

export function toBinaryObject(bytes: Uint8Array): BinaryObject {
  let binary = '';
  for (let start = 0; start < bytes.length; start += charsPerCall) {
    binary += String.fromCharCode(...bytes.subarray(start, start + charsPerCall));
  }
  return { $binary: btoa(binary) };
}

/** The bytes that an object stands for; undefined for every other object, and for base64 that is not in its one form. */
export function bytesOf(value: object): Uint8Array | undefined {
  if (!(key in value) || Object.keys(value).length !== 1) return undefined;
  const { [key]: text } = value;
  const binary = typeof text === 'string' ? decode(text) : undefined;
  if (binary === undefined || btoa(binary) !== text) return undefined;
  const bytes = new Uint8Array(binary.length);
  for (let index = 0; index < binary.length; index += 1) bytes[index] = binary.charCodeAt(index);
  return bytes;
}

function decode(base64: string): string | undefined {
  try {
    return atob(base64);
  } catch {
    return undefined;
  }
}
