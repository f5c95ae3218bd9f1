import { bytesOf } from '../binary-value.ts';

const initialBytes = 256;
const utf8 = new TextEncoder();

/**
 * Writes a JSON value as MessagePack, every number and length in its shortest form. Objects that stand for bytes become
 * byte strings. It does not recurse: a value may be nested as deeply as a sender likes.
 */
export function pack(value: unknown): Uint8Array<ArrayBuffer> {
  const writer = new Writer();
  /** What is still to be written, the next at the end. */
  const pending: unknown[] = [value];
  while (pending.length > 0) writeOne(writer, pending.pop(), pending);
  return writer.taken();
}

function writeOne(writer: Writer, value: unknown, pending: unknown[]): void {
  if (typeof value === 'string') writer.text(value);
  else if (typeof value === 'number') writer.number(value);
  else if (typeof value === 'boolean') writer.byte(value ? 0xc3 : 0xc2);
  else if (typeof value !== 'object' || value === null) writer.byte(0xc0);
  else if (Array.isArray(value)) writeArray(writer, value, pending);
  else writeObject(writer, value, pending);
}

function writeArray(writer: Writer, items: readonly unknown[], pending: unknown[]): void {
  writer.length(items.length, arrayForms);
  for (let index = items.length - 1; index >= 0; index -= 1) pending.push(items[index]);
}

function writeObject(writer: Writer, value: object, pending: unknown[]): void {
  const bytes = bytesOf(value);
  if (bytes) {
    writer.length(bytes.length, binaryForms);
    writer.bytes(bytes);
    return;
  }
  const keys = Object.keys(value);
  const values: unknown[] = Object.values(value);
  writer.length(keys.length, mapForms);
  for (let index = keys.length - 1; index >= 0; index -= 1) pending.push(values[index], keys[index]);
}

/** First bytes for a length: in the byte itself when below `below`, else in 8, 16 or 32 bits. */
interface LengthForms {
  readonly short: number;
  readonly below: number;
  readonly in8: number | undefined;
  readonly in16: number;
  readonly in32: number;
}

const textForms: LengthForms = { short: 0xa0, below: 32, in8: 0xd9, in16: 0xda, in32: 0xdb };
const binaryForms: LengthForms = { short: 0, below: 0, in8: 0xc4, in16: 0xc5, in32: 0xc6 };
const arrayForms: LengthForms = { short: 0x90, below: 16, in8: undefined, in16: 0xdc, in32: 0xdd };
const mapForms: LengthForms = { short: 0x80, below: 16, in8: undefined, in16: 0xde, in32: 0xdf };

/** Memory that grows as it is written to. */
class Writer {
  #view = new DataView(new ArrayBuffer(initialBytes));
  #array = new Uint8Array(this.#view.buffer);
  #used = 0;

  byte(value: number): void {
    const at = this.#advance(1);
    this.#array[at] = value;
  }

  bytes(bytes: Uint8Array): void {
    const at = this.#advance(bytes.length);
    this.#array.set(bytes, at);
  }

  text(text: string): void {
    if (text.length < textForms.below && this.#ascii(text)) return;
    const bytes = utf8.encode(text);
    this.length(bytes.length, textForms);
    this.bytes(bytes);
  }

  length(length: number, { short, below, in8, in16, in32 }: LengthForms): void {
    if (length < below) this.byte(short | length);
    else if (in8 !== undefined && length < 0x100) this.#unsigned(in8, length, 1);
    else if (length < 0x1_0000) this.#unsigned(in16, length, 2);
    else this.#unsigned(in32, length, 4);
  }

  number(value: number): void {
    if (!Number.isSafeInteger(value) || Object.is(value, -0)) this.#float(value);
    else if (value >= 0) this.#positive(value);
    else this.#negative(value);
  }

  taken(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#view.buffer, 0, this.#used);
  }

  /** A short text, unless it turns out to need more than a byte for a character. */
  #ascii(text: string): boolean {
    const at = this.#advance(1 + text.length);
    this.#array[at] = textForms.short | text.length;
    for (let index = 0; index < text.length; index += 1) {
      const code = text.charCodeAt(index);
      if (code >= 0x80) {
        this.#used = at;
        return false;
      }
      this.#array[at + 1 + index] = code;
    }
    return true;
  }

  #positive(value: number): void {
    if (value < 0x80) this.byte(value);
    else if (value < 0x100) this.#unsigned(0xcc, value, 1);
    else if (value < 0x1_0000) this.#unsigned(0xcd, value, 2);
    else if (value < 0x1_0000_0000) this.#unsigned(0xce, value, 4);
    else this.#integer64(0xcf, value);
  }

  #negative(value: number): void {
    if (value >= -0x20) this.byte(value & 0xff);
    else if (value >= -0x80) this.#unsigned(0xd0, value & 0xff, 1);
    else if (value >= -0x8000) this.#unsigned(0xd1, value & 0xffff, 2);
    else if (value >= -0x8000_0000) this.#unsigned(0xd2, value >>> 0, 4);
    else this.#integer64(0xd3, value);
  }

  #unsigned(first: number, value: number, size: 1 | 2 | 4): void {
    const at = this.#advance(1 + size);
    this.#view.setUint8(at, first);
    if (size === 1) this.#view.setUint8(at + 1, value);
    else if (size === 2) this.#view.setUint16(at + 1, value);
    else this.#view.setUint32(at + 1, value);
  }

  #integer64(first: number, value: number): void {
    const at = this.#advance(9);
    this.#view.setUint8(at, first);
    this.#view.setBigInt64(at + 1, BigInt(value));
  }

  /** Half the size where nothing is lost by it. */
  #float(value: number): void {
    const isShort = Math.fround(value) === value;
    const at = this.#advance(isShort ? 5 : 9);
    this.#view.setUint8(at, isShort ? 0xca : 0xcb);
    if (isShort) this.#view.setFloat32(at + 1, value);
    else this.#view.setFloat64(at + 1, value);
  }

  /** Makes room; returns the offset of what is to be written. */
  #advance(byteLength: number): number {
    const at = this.#used;
    this.#used += byteLength;
    if (this.#used > this.#view.byteLength) this.#grow();
    return at;
  }

  #grow(): void {
    const larger = new Uint8Array(Math.max(this.#used, this.#view.byteLength * 2));
    larger.set(this.#array);
    this.#array = larger;
    this.#view = new DataView(larger.buffer);
  }
}
