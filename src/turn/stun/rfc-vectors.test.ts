import { expect, test } from 'vitest';
import { attributeType } from './attribute-type.ts';
import { longTermKey, userhashOf } from './password-algorithm.ts';
import { isIntegrityRight } from './stun-integrity.ts';
import { parseStunMessage, type StunMessage } from './stun-message.ts';
import { StunMessageBuilder } from './stun-message-builder.ts';
import { stunClass, stunMethod } from './stun-type.ts';
import { decodeXorAddress, encodeXorAddress } from './xor-address.ts';

const shortTermKey = Buffer.from('VOkJxbRl1RmTxUk/WvJxBt');
const username = '\u30de\u30c8\u30ea\u30c3\u30af\u30b9';

/** RFC 5769 section 2.1. */
const sampleRequest = `000100582112a442b7e7a701bc34d686fa87dfae
  80220010 5354554e207465737420636c69656e74 00240004 6e0001ff 80290008 932ff9b151263b36
  00060009 6576746a3a68367659202020 00080014 9aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a2 80280004 e57a3bcf`;

/** RFC 5769 section 2.2. */
const sampleIpv4Response = `0101003c2112a442b7e7a701bc34d686fa87dfae
  8022000b 7465737420766563746f7220 00200008 0001a147e112a643
  00080014 2b91f599fd9e90c38c7489f92af9ba53f06be7d7 80280004 c07d4c96`;

/** RFC 5769 section 2.3. */
const sampleIpv6Response = `010100482112a442b7e7a701bc34d686fa87dfae
  8022000b 7465737420766563746f7220 00200014 0002a1470113a9faa5d3f179bc25f4b5bed2b9d9
  00080014 a382954e4be67bf11784c97c8292c275bfe3ed41 80280004 c8fb0b4c`;

/** RFC 5769 section 2.4, long-term credentials. */
const sampleLongTermRequest = `000100602112a44278ad3433c6ad72c029da412e
  00060012 e3839ee38388e383aae38383e382afe382b90000
  0015001c 662f2f3439396b39353464364f4c33346f4c39465354767936347341
  0014000b 6578616d706c652e6f726700 00080014 f67024656dd64a3e02b8e0712e85c9a28ca89666`;

/** RFC 8489 appendix B.1, with the length and HMAC of verified erratum 6268. */
const sampleSha256Request = `000100902112a44278ad3433c6ad72c029da412e
  001e0020 4a3cf38fef6992bda952c6780417da0f24819415569e60b205c46e41407f1704
  00150029 6f624d61744a6f733241414143662f2f3439396b39353464364f4c33346f4c39465354767936347341000000
  0014000b 6578616d706c652e6f726700 001d0004 00020000
  001c0020 b5c7bf005b6c52a21c51c5e892f81924136296cb927c43149309278cc6518e65`;

function bytes(hex: string): Buffer {
  return Buffer.from(hex.replace(/\s/g, ''), 'hex');
}

function parsed(hex: string): StunMessage {
  const message = parseStunMessage(bytes(hex));
  if (message === undefined) throw new Error('the sample was refused');
  return message;
}

test('reads the sample request of RFC 5769 section 2.1', () => {
  const message = parsed(sampleRequest);
  expect(message.method).toBe(stunMethod.binding);
  expect(message.messageClass).toBe(stunClass.request);
  expect(message.get(attributeType.username)?.toString()).toBe('evtj:h6vY');
  expect(message.get(attributeType.software)?.toString()).toBe('STUN test client');
  expect(isIntegrityRight(message, shortTermKey)).toBe(true);
  expect(isIntegrityRight(message, Buffer.from('another'))).toBe(false);
});

test('refuses the sample request once any byte before FINGERPRINT has changed', () => {
  const original = bytes(sampleRequest);
  for (let index = 0; index < original.length - 8; index += 1) {
    const changed = Buffer.from(original);
    changed.writeUInt8(changed.readUInt8(index) ^ 1, index);
    expect(parseStunMessage(changed), `byte ${index}`).toBeUndefined();
  }
});

test('reads the sample IPv4 response of RFC 5769 section 2.2', () => {
  const message = parsed(sampleIpv4Response);
  expect(message.messageClass).toBe(stunClass.success);
  expect(isIntegrityRight(message, shortTermKey)).toBe(true);
  const mapped = decodeXorAddress(
    message.get(attributeType.xorMappedAddress) ?? Buffer.alloc(0),
    message.transactionId,
  );
  expect(mapped).toEqual({ family: 4, address: '192.0.2.1', port: 32853 });
});

test('reads the sample IPv6 response of RFC 5769 section 2.3', () => {
  const message = parsed(sampleIpv6Response);
  expect(isIntegrityRight(message, shortTermKey)).toBe(true);
  const mapped = decodeXorAddress(
    message.get(attributeType.xorMappedAddress) ?? Buffer.alloc(0),
    message.transactionId,
  );
  expect(mapped).toEqual({ family: 6, address: '2001:db8:1234:5678:11:2233:4455:6677', port: 32853 });
});

test('reads the sample request with long-term credentials of RFC 5769 section 2.4', () => {
  const message = parsed(sampleLongTermRequest);
  const key = longTermKey({ username, realm: 'example.org', password: 'TheMatrIX', algorithm: 'md5' });
  expect(message.get(attributeType.username)?.toString()).toBe(username);
  expect(isIntegrityRight(message, key)).toBe(true);
});

test('reads the SHA-256 and USERHASH request of RFC 8489 appendix B.1', () => {
  const message = parsed(sampleSha256Request);
  const key = longTermKey({ username, realm: 'example.org', password: 'TheMatrIX', algorithm: 'sha256' });
  expect(message.get(attributeType.userhash)).toEqual(userhashOf(username, 'example.org'));
  expect(isIntegrityRight(message, key)).toBe(true);
});

test('writes the sample SHA-256 request byte for byte', () => {
  const key = longTermKey({ username, realm: 'example.org', password: 'TheMatrIX', algorithm: 'sha256' });
  const written = new StunMessageBuilder(1, stunClass.request, bytes('78ad3433c6ad72c029da412e'))
    .add(attributeType.userhash, userhashOf(username, 'example.org'))
    .addText(attributeType.nonce, 'obMatJos2AAACf//499k954d6OL34oL9FSTvy64sA')
    .addText(attributeType.realm, 'example.org')
    .add(attributeType.passwordAlgorithm, bytes('00020000'))
    .addIntegrity(key, 'sha256')
    .build();
  expect(written.toString('hex')).toBe(bytes(sampleSha256Request).toString('hex'));
});

test('writes the addresses of the sample responses byte for byte', () => {
  const transactionId = bytes('b7e7a701bc34d686fa87dfae');
  const ipv4 = encodeXorAddress({ family: 4, address: '192.0.2.1', port: 32853 }, transactionId);
  expect(ipv4.toString('hex')).toBe('0001a147e112a643');
  const ipv6 = encodeXorAddress(
    { family: 6, address: '2001:db8:1234:5678:11:2233:4455:6677', port: 32853 },
    transactionId,
  );
  expect(ipv6.toString('hex')).toBe('0002a1470113a9faa5d3f179bc25f4b5bed2b9d9');
});
