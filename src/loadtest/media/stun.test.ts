import { createHmac } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { expect, test } from 'vitest';
import { encodeBindingRequest, isBindingSuccess, isStun } from './stun.ts';

const password = 'VOkJxbRl1RmTxUk/WvJxBt';
const request = encodeBindingRequest({ username: 'remote:local', password, tieBreaker: 1n });

/** What an ICE-lite server answers: the same transaction, and a message integrity with the same password. */
function successFor(message: Buffer, secret = password): Buffer {
  const reply = Buffer.alloc(44);
  reply.writeUInt16BE(0x0101, 0);
  reply.writeUInt16BE(24, 2);
  message.copy(reply, 4, 4, 20);
  reply.writeUInt16BE(0x0008, 20);
  reply.writeUInt16BE(20, 22);
  createHmac('sha1', secret).update(reply.subarray(0, 20)).digest().copy(reply, 24);
  return reply;
}

test('a check carries a correct length and fingerprint', () => {
  expect(isStun(request)).toBe(true);
  expect(request.readUInt16BE(2)).toBe(request.length - 20);
  const fingerprint = request.readUInt32BE(request.length - 4);
  expect((fingerprint ^ 0x5354554e) >>> 0).toBe(crc32(request.subarray(0, -8)));
});

test('a check proves that it knows the password and nominates at once', () => {
  const integrity = request.indexOf(Buffer.from([0x00, 0x08, 0x00, 0x14]));
  const sealed = Buffer.from(request.subarray(0, integrity));
  sealed.writeUInt16BE(integrity - 20 + 24, 2);
  const mac = createHmac('sha1', password).update(sealed).digest();
  expect(request.subarray(integrity + 4, integrity + 24)).toEqual(mac);
  expect(request.includes(Buffer.from([0x00, 0x25, 0x00, 0x00]))).toBe(true);
});

test('accepts only the authentic answer to its own check', () => {
  const other = encodeBindingRequest({ username: 'remote:local', password, tieBreaker: 1n });
  expect(isBindingSuccess(successFor(request), request, password)).toBe(true);
  expect(isBindingSuccess(successFor(other), request, password)).toBe(false);
  expect(isBindingSuccess(successFor(request, 'guessed'), request, password)).toBe(false);
  expect(isBindingSuccess(successFor(request).subarray(0, 30), request, password)).toBe(false);
});

test('does not take media or noise for STUN', () => {
  expect(isStun(Buffer.alloc(10))).toBe(false);
  expect(isStun(Buffer.alloc(60, 0x80))).toBe(false);
});
