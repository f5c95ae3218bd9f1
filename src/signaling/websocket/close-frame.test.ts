import { expect, it } from 'vitest';
import { closeFrame, noCode, readCloseCode } from './close-frame.ts';

it('carries a code and a reason', () => {
  expect(closeFrame(4413, 'slowConsumer')).toEqual(Buffer.from('880e113d736c6f77436f6e73756d6572', 'hex'));
  expect(closeFrame(1000)).toEqual(Buffer.from('880203e8', 'hex'));
});

it('is empty where the other side gave no code', () => {
  expect(closeFrame(noCode)).toEqual(Buffer.from('8800', 'hex'));
  expect(readCloseCode(Buffer.alloc(0))).toBe(noCode);
});

it('has the codes that may be sent', () => {
  const readable = (code: number) => readCloseCode(Buffer.of(code >> 8, code & 255)) === code;
  const codes = Array.from({ length: 5_100 }, (_, code) => code).filter(readable);
  expect(codes.slice(0, 12)).toEqual([1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014]);
  expect([codes[12], codes.at(-1), codes.length]).toEqual([3000, 4999, 2_012]);
});
