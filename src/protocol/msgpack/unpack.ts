/** Bytes that are not one MessagePack value, or one that JSON has no counterpart for. */
export class UnpackError extends Error {}

export interface UnpackOptions {
  /** Arrays and maps within each other; unbounded when absent. */
  maxDepth?: number;
  /** What becomes of byte strings, which point into the input. */
  fromBytes: (bytes: Uint8Array) => unknown;
}

/**
 * Reads one MessagePack value that JSON could have carried too: keys are strings, integers are exact, there are no NaN,
 * infinities, timestamps or other extensions. Everything else throws `UnpackError`. It does not recurse, and makes nothing
 * larger than what has really arrived, whatever a length says.
 */
export function unpack(bytes: Uint8Array, options: UnpackOptions): unknown {
  const reader = new Reader(bytes, options.fromBytes);
  const open: OpenContainer[] = [];
  const maxDepth = options.maxDepth ?? Number.POSITIVE_INFINITY;
  for (;;) {
    const read = reader.value();
    if (read instanceof OpenContainer && !read.complete) {
      if (open.length >= maxDepth) throw new UnpackError('It is nested too deeply.');
      open.push(read);
      read.readKey(reader);
      continue;
    }
    const whole = attach(read instanceof OpenContainer ? read.value : read, open, reader);
    if (!whole) continue;
    reader.requireEnd();
    return whole.value;
  }
}

/** Puts a value into the innermost open container, and each container that it completes into the one around it. */
function attach(value: unknown, open: OpenContainer[], reader: Reader): { value: unknown } | undefined {
  let complete = value;
  for (;;) {
    const parent = open.at(-1);
    if (!parent) return { value: complete };
    parent.add(complete);
    if (!parent.complete) {
      parent.readKey(reader);
      return undefined;
    }
    complete = parent.value;
    open.pop();
  }
}

/** An array or map that is being read. */
class OpenContainer {
  readonly value: unknown[] | Record<string, unknown>;
  #missing: number;
  #key = '';

  constructor(value: unknown[] | Record<string, unknown>, length: number) {
    this.value = value;
    this.#missing = length;
  }

  get complete(): boolean {
    return this.#missing === 0;
  }

  readKey(reader: Reader): void {
    if (!Array.isArray(this.value)) this.#key = reader.key();
  }

  /** Of equal keys the last counts, and `__proto__` is a key like any other: both as in JSON.parse. */
  add(item: unknown): void {
    this.#missing -= 1;
    if (Array.isArray(this.value)) this.value.push(item);
    else if (this.#key !== '__proto__') this.value[this.#key] = item;
    else Object.defineProperty(this.value, this.#key, { value: item, ...ordinary });
  }
}

const ordinary = { configurable: true, enumerable: true, writable: true };
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
/** Up to here it is faster to look at each byte than to call the decoder. */
const shortTextBytes = 24;

class Reader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #fromBytes: UnpackOptions['fromBytes'];
  #offset = 0;

  constructor(bytes: Uint8Array, fromBytes: UnpackOptions['fromBytes']) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#fromBytes = fromBytes;
  }

  requireEnd(): void {
    if (this.#offset !== this.#bytes.length) throw new UnpackError('Something follows the value.');
  }

  /** A value, or the beginning of a container. */
  value(): unknown {
    const first = this.#unsigned(1);
    if (first < 0x80) return first;
    if (first < 0x90) return this.#map(first & 0x0f);
    if (first < 0xa0) return this.#array(first & 0x0f);
    if (first < 0xc0) return this.#text(first & 0x1f);
    return first >= 0xe0 ? first - 0x100 : this.#long(first);
  }

  key(): string {
    const key = this.value();
    if (typeof key !== 'string') throw new UnpackError('A key is not a string.');
    return key;
  }

  #long(first: number): unknown {
    switch (first) {
      case 0xc0:
        return null;
      case 0xc2:
        return false;
      case 0xc3:
        return true;
      case 0xc4:
        return this.#binary(this.#unsigned(1));
      case 0xc5:
        return this.#binary(this.#unsigned(2));
      case 0xc6:
        return this.#binary(this.#unsigned(4));
      case 0xd9:
        return this.#text(this.#unsigned(1));
      case 0xda:
        return this.#text(this.#unsigned(2));
      case 0xdb:
        return this.#text(this.#unsigned(4));
      case 0xdc:
        return this.#array(this.#unsigned(2));
      case 0xdd:
        return this.#array(this.#unsigned(4));
      case 0xde:
        return this.#map(this.#unsigned(2));
      case 0xdf:
        return this.#map(this.#unsigned(4));
      default:
        return this.#number(first);
    }
  }

  #number(first: number): number {
    switch (first) {
      case 0xca:
        return finite(this.#view.getFloat32(this.#take(4)));
      case 0xcb:
        return finite(this.#view.getFloat64(this.#take(8)));
      case 0xcc:
        return this.#unsigned(1);
      case 0xcd:
        return this.#unsigned(2);
      case 0xce:
        return this.#unsigned(4);
      case 0xcf:
        return exact(this.#view.getBigUint64(this.#take(8)));
      case 0xd0:
        return this.#view.getInt8(this.#take(1));
      case 0xd1:
        return this.#view.getInt16(this.#take(2));
      case 0xd2:
        return this.#view.getInt32(this.#take(4));
      case 0xd3:
        return exact(this.#view.getBigInt64(this.#take(8)));
      default:
        throw new UnpackError('Extension types are not used.');
    }
  }

  #unsigned(size: 1 | 2 | 4): number {
    const at = this.#take(size);
    if (size === 1) return this.#view.getUint8(at);
    return size === 2 ? this.#view.getUint16(at) : this.#view.getUint32(at);
  }

  #binary(length: number): unknown {
    const at = this.#take(length);
    return this.#fromBytes(this.#bytes.subarray(at, at + length));
  }

  #text(length: number): string {
    const at = this.#take(length);
    return (length <= shortTextBytes ? this.#ascii(at, length) : undefined) ?? this.#utf8(at, length);
  }

  #ascii(at: number, length: number): string | undefined {
    let text = '';
    for (let index = at; index < at + length; index += 1) {
      const byte = this.#bytes[index] ?? 0;
      if (byte >= 0x80) return undefined;
      text += String.fromCharCode(byte);
    }
    return text;
  }

  #utf8(at: number, length: number): string {
    try {
      return utf8.decode(this.#bytes.subarray(at, at + length));
    } catch (cause) {
      throw new UnpackError('A text is not UTF-8.', { cause });
    }
  }

  #array(length: number): OpenContainer {
    this.#requireRoom(length);
    return new OpenContainer([], length);
  }

  #map(length: number): OpenContainer {
    this.#requireRoom(length * 2);
    return new OpenContainer({}, length);
  }

  /** Every item takes a byte at least, so a length that cannot be true is found before anything is made of it. */
  #requireRoom(items: number): void {
    if (items > this.#bytes.length - this.#offset) throw new UnpackError('It ends too early.');
  }

  #take(byteLength: number): number {
    this.#requireRoom(byteLength);
    const at = this.#offset;
    this.#offset += byteLength;
    return at;
  }
}

function finite(value: number): number {
  if (!Number.isFinite(value)) throw new UnpackError('A number is not finite.');
  return value;
}

function exact(value: bigint): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number)) throw new UnpackError('An integer is too large.');
  return number;
}
