import { readFileSync } from 'node:fs';

/** An encoded frame as it is split into RTP payloads. */
export interface EncodedFrame {
  payloads: Buffer[];
  keyFrame: boolean;
}

const ivfHeaderBytes = 32;
const ivfFrameHeaderBytes = 12;
const oggHeaderBytes = 27;
/** Leaves room for RTP header, extensions, SRTP tag, UDP and IP below the usual 1200 of WebRTC. */
const maxPayloadBytes = 1100;
/** Extended control bits, with picture id, TL0PICIDX and temporal id present (RFC 7741, section 4.2). */
export const vp8DescriptorBytes = 6;

/** Frames of an IVF file. */
export function readIvf(file: Buffer): Buffer[] {
  if (file.toString('latin1', 0, 4) !== 'DKIF') throw new Error('not an IVF file');
  const frames: Buffer[] = [];
  for (let offset = ivfHeaderBytes; offset + ivfFrameHeaderBytes <= file.length; ) {
    const start = offset + ivfFrameHeaderBytes;
    const end = start + file.readUInt32LE(offset);
    frames.push(file.subarray(start, end));
    offset = end;
  }
  return frames;
}

/** Packets of an Ogg file (RFC 3533) without its first two, which describe the stream (RFC 7845). */
export function readOggOpus(file: Buffer): Buffer[] {
  const packets: Buffer[] = [];
  let open: Buffer[] = [];
  for (let offset = 0; offset + oggHeaderBytes <= file.length; ) {
    if (file.toString('latin1', offset, offset + 4) !== 'OggS') throw new Error('not an Ogg file');
    const lacing = file.subarray(offset + oggHeaderBytes, offset + oggHeaderBytes + file.readUInt8(offset + 26));
    offset += oggHeaderBytes + lacing.length;
    for (const length of lacing) {
      open.push(file.subarray(offset, offset + length));
      offset += length;
      if (length === 255) continue;
      packets.push(Buffer.concat(open));
      open = [];
    }
  }
  return packets.slice(2);
}

/** Splits a VP8 frame into payloads with room for the descriptor, whose numbers each stream fills in itself. */
function splitVp8(frame: Buffer): EncodedFrame {
  const payloads: Buffer[] = [];
  const parts = Math.max(1, Math.ceil(frame.length / maxPayloadBytes));
  const partBytes = Math.ceil(frame.length / parts);
  for (let offset = 0; offset < frame.length; offset += partBytes) {
    const payload = Buffer.alloc(vp8DescriptorBytes + Math.min(partBytes, frame.length - offset));
    // S bit: this packet begins the first partition.
    payload[0] = 0x80 | (offset === 0 ? 0x10 : 0);
    payload[1] = 0xe0;
    frame.copy(payload, vp8DescriptorBytes, offset, offset + partBytes);
    payloads.push(payload);
  }
  // Bit 0 of the frame tag is clear in key frames (RFC 6386, section 9.1).
  return { payloads, keyFrame: ((frame[0] ?? 1) & 1) === 0 };
}

/** Writes a stream’s picture id and TL0PICIDX into a payload that `splitVp8` made. */
export function numberVp8(payload: Buffer, pictureId: number): void {
  payload.writeUInt16BE(0x8000 | (pictureId & 0x7fff), 2);
  payload[4] = pictureId & 0xff;
  payload[5] = 0;
}

export interface MediaSources {
  audio: Buffer[];
  /** By simulcast layer, the smallest first. */
  video: EncodedFrame[][];
}

export const videoLayers = [
  { rid: 'l', file: 'low.ivf', height: 180 },
  { rid: 'm', file: 'middle.ivf', height: 360 },
  { rid: 'h', file: 'high.ivf', height: 720 },
] as const;

let loaded: MediaSources | undefined;

/** The pre-encoded media, read once in a process and shared by all of its publishers. */
export function mediaSources(): MediaSources {
  const read = (name: string): Buffer => readFileSync(new URL(`./assets/${name}`, import.meta.url));
  loaded ??= {
    audio: readOggOpus(read('audio.ogg')),
    video: videoLayers.map(({ file }) => readIvf(read(file)).map(splitVp8)),
  };
  return loaded;
}
