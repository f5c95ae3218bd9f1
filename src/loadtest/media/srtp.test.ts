import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import {
  deriveSessionKey,
  keyingMaterialBytes,
  protectRtp,
  SrtpReceiver,
  SrtpSender,
  splitKeyingMaterial,
} from './srtp.ts';

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');

test('derives the session keys of RFC 3711, appendix B.3', () => {
  const master = { key: hex('E1F97A0D3E018BE0D64FA32C06DE4139'), salt: hex('0EC675AD498AFEEBB6960B3AABE6') };
  expect(deriveSessionKey(master, 0, 16)).toEqual(hex('C61E7A93744F39EE10734AFE3FF7A087'));
  expect(deriveSessionKey(master, 2, 14)).toEqual(hex('30CBBC08863D8C85D49DB34A9AE1'));
});

test('protects the packet of RFC 7714, section 16.1.1', () => {
  const key = { key: hex('000102030405060708090a0b0c0d0e0f'), salt: hex('517569642070726f2071756f') };
  const packet = Buffer.concat([
    hex('8040f17b 8041f8d3 5501a0b2'),
    Buffer.from('Gallia est omnis divisa in partes tres'),
  ]);
  expect(protectRtp(key, packet, 12, 0)).toEqual(
    hex(
      `8040f17b 8041f8d3 5501a0b2 f24de3a3 fb34de6c acba861c 9d7e4bca be633bd5 0d294e6f 42a5f47a
         51c7d19b 36de3adf 8833899d 7f27beb1 6a9152cf 765ee439 0cce`.replace(/\s+/g, ''),
    ),
  );
});

test('opens what the other side sealed, RTP and RTCP, and nothing that was changed', () => {
  const { client } = splitKeyingMaterial(randomBytes(keyingMaterialBytes));
  const sender = new SrtpSender(client);
  const receiver = new SrtpReceiver(client);
  const rtp = Buffer.concat([hex('9060ffff 00000001 12345678'), randomBytes(100)]);
  const sealed = sender.rtp(rtp, 12, 3);
  expect(receiver.rtp(sealed, 12, 3)).toEqual(rtp.subarray(12));
  expect(receiver.rtp(sealed, 12, 4)).toBeUndefined();

  const report = Buffer.concat([hex('81c90007 12345678'), randomBytes(24)]);
  for (const protectedReport of [sender.rtcp(report), sender.rtcp(report)]) {
    expect(receiver.rtcp(protectedReport)).toEqual(report);
    protectedReport[20] = (protectedReport[20] ?? 0) ^ 1;
    expect(receiver.rtcp(protectedReport)).toBeUndefined();
  }
});

test('ignores packets that are too short to be sealed', () => {
  const receiver = new SrtpReceiver(splitKeyingMaterial(randomBytes(keyingMaterialBytes)).server);
  expect(receiver.rtcp(Buffer.alloc(20))).toBeUndefined();
  expect(receiver.rtp(Buffer.alloc(20), 12, 0)).toBeUndefined();
});
