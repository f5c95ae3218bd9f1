/** Reads the text frames of a server (RFC 6455, section 5.2: unmasked); throws on anything that a client would refuse. */
export function readTextFrames(bytes: Buffer): string[] {
  const texts: string[] = [];
  for (let offset = 0; offset < bytes.length; ) {
    const [first = 0, short = 0] = bytes.subarray(offset, offset + 2);
    const { length, start } = payloadAt(bytes, offset + 2, short);
    if (start + length > bytes.length) throw new Error('The last frame is not complete.');
    if (first === 0x81) texts.push(bytes.toString('utf8', start, start + length));
    else if (first !== 0x89) throw new Error(`A frame begins with ${first}.`);
    offset = start + length;
  }
  return texts;
}

/** Lengths must be given in their shortest form. */
function payloadAt(bytes: Buffer, start: number, short: number): { length: number; start: number } {
  if (short < 126) return { length: short, start };
  const length = short === 126 ? bytes.readUInt16BE(start) : Number(bytes.readBigUInt64BE(start));
  if (short > 127 || length < 126 || (short === 127 && length < 65_536)) throw new Error('A length is not minimal.');
  return { length, start: start + (short === 126 ? 2 : 8) };
}
