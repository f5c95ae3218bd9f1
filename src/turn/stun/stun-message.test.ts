import { SocketAddress } from 'node:net';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatIp, parseIp } from '../net/ip-address.ts';
import { attributeType } from './attribute-type.ts';
import { decodePasswordAlgorithm, encodePasswordAlgorithms } from './password-algorithm.ts';
import { decodeErrorCode, encodeErrorCode, stunErrorCodes, stunErrorReasons } from './stun-error.ts';
import { integrityOf, isIntegrityRight } from './stun-integrity.ts';
import { parseStunMessage } from './stun-message.ts';
import { StunMessageBuilder } from './stun-message-builder.ts';
import { encodeStunType, type StunClass, stunClassOf, stunMethodOf } from './stun-type.ts';
import { decodeXorAddress, encodeXorAddress } from './xor-address.ts';

const anyClass = fc.constantFrom<StunClass>(0, 1, 2, 3);
const anyMethod = fc.integer({ min: 0, max: 0xfff });
const anyTransactionId = fc.uint8Array({ minLength: 12, maxLength: 12 }).map((bytes) => Buffer.from(bytes));
const anyValue = fc.uint8Array({ maxLength: 80 }).map((bytes) => Buffer.from(bytes));
const protectors: number[] = [0x0008, 0x001c, 0x8028];
const anyAttribute = fc.tuple(
  fc.integer({ min: 1, max: 0xffff }).filter((type) => !protectors.includes(type)),
  anyValue,
);
const anyIpv4 = fc.uint8Array({ minLength: 4, maxLength: 4 });
/** Half of the bytes are zero, so that the runs that `::` stands for occur. */
const anyIpv6 = fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 255 })), { minLength: 16, maxLength: 16 });

function hex(text: string): Buffer {
  return Buffer.from(text.replace(/\s/g, ''), 'hex');
}

describe('the codec', () => {
  test('gives back every attribute that was written', () => {
    fc.assert(
      fc.property(
        anyMethod,
        anyClass,
        anyTransactionId,
        fc.uniqueArray(anyAttribute, { maxLength: 12, selector: ([type]) => type }),
        (method, messageClass, transactionId, attributes) => {
          const builder = new StunMessageBuilder(method, messageClass, transactionId);
          for (const [type, value] of attributes) builder.add(type, value);
          const message = parseStunMessage(builder.addFingerprint().build());
          expect(message?.method).toBe(method);
          expect(message?.messageClass).toBe(messageClass);
          expect(message?.transactionId).toEqual(transactionId);
          for (const [type, value] of attributes) expect(message?.get(type)).toEqual(value);
        },
      ),
    );
  });

  test('verifies what it signed, with both algorithms, and nothing that was changed before the signature', () => {
    fc.assert(
      fc.property(
        anyTransactionId,
        anyValue,
        fc.constantFrom('sha1' as const, 'sha256' as const),
        fc.nat(),
        (transactionId, value, algorithm, position) => {
          const key = Buffer.from('a key');
          const signed = new StunMessageBuilder(3, 0, transactionId)
            .add(0x8022, value)
            .addIntegrity(key, algorithm)
            .build();
          const message = parseStunMessage(signed);
          expect(message !== undefined && isIntegrityRight(message, key)).toBe(true);
          const changed = Buffer.from(signed);
          const index = 8 + (position % 12);
          changed.writeUInt8(changed.readUInt8(index) ^ 0x10, index);
          const forged = parseStunMessage(changed);
          expect(forged !== undefined && isIntegrityRight(forged, key)).toBe(false);
        },
      ),
    );
  });

  test('never throws, whatever it is given', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), (bytes, withHeader) => {
        const buffer = withHeader
          ? Buffer.concat([hex('000100002112a442000000000000000000000000'), bytes])
          : Buffer.from(bytes);
        if (withHeader) buffer.writeUInt16BE(bytes.length, 2);
        parseStunMessage(buffer)?.unknownRequired();
      }),
      { numRuns: 2_000 },
    );
  });

  test('keeps method and class apart in the type for all 16384 of them', () => {
    for (let type = 0; type < 0x4000; type += 1) {
      expect(encodeStunType(stunMethodOf(type), stunClassOf(type))).toBe(type);
    }
  });
});

describe('parsing', () => {
  const header = '2112a442 000102030405060708090a0b';

  test.each([0, 1, 2, 3, 19])('refuses %i bytes', (length) => {
    expect(parseStunMessage(hex(`00010000${header}`).subarray(0, length))).toBeUndefined();
  });

  test('accepts a bare Binding request of twenty bytes', () => {
    expect(parseStunMessage(hex(`00010000${header}`))?.type).toBe(1);
  });

  test('refuses a length that is no multiple of four or not that of the datagram', () => {
    expect(parseStunMessage(hex(`00010002${header}0000`))).toBeUndefined();
    expect(parseStunMessage(hex(`00010004${header}`))).toBeUndefined();
    expect(parseStunMessage(hex(`00010000${header}00000000`))).toBeUndefined();
  });

  test('refuses another cookie and set top bits', () => {
    expect(parseStunMessage(hex('000100002112a443000102030405060708090a0b'))).toBeUndefined();
    expect(parseStunMessage(hex(`40010000${header}`))).toBeUndefined();
  });

  test('refuses an attribute that reaches past the end', () => {
    expect(parseStunMessage(hex(`00010008${header} 0006 0005 61616161`))).toBeUndefined();
    expect(parseStunMessage(hex(`00010004${header} 0006 0001`))).toBeUndefined();
  });

  test('refuses a FINGERPRINT that is wrong, of another length or not the last', () => {
    const right = new StunMessageBuilder(1, 0, hex('000102030405060708090a0b')).addFingerprint().build();
    expect(parseStunMessage(right)).toBeDefined();
    expect(parseStunMessage(hex(`00010008${header} 8028 0004 00000000`))).toBeUndefined();
    expect(parseStunMessage(hex(`00010004${header} 8028 0000`))).toBeUndefined();
    expect(parseStunMessage(hex(`00010010${header} 8028 0004 00000000 8022 0004 61616161`))).toBeUndefined();
  });

  test('refuses a message with more attributes than any real one has', () => {
    const builder = new StunMessageBuilder(1, 0, Buffer.alloc(12));
    for (let count = 0; count < 40; count += 1) builder.add(0x8022, Buffer.alloc(0));
    expect(parseStunMessage(builder.build())).toBeDefined();
    expect(parseStunMessage(builder.add(0x8022, Buffer.alloc(0)).build())).toBeUndefined();
  });

  test('ignores what follows MESSAGE-INTEGRITY, so that nothing unprotected is believed', () => {
    const message = new StunMessageBuilder(3, 0, Buffer.alloc(12)).addIntegrity(Buffer.from('key'), 'sha1');
    const parsed = parseStunMessage(message.addText(attributeType.username, 'mallory').addFingerprint().build());
    expect(parsed?.has(attributeType.messageIntegrity)).toBe(true);
    expect(parsed?.has(attributeType.username)).toBe(false);
  });

  test('lets the SHA-256 integrity decide where both are given', () => {
    const builder = new StunMessageBuilder(3, 0, Buffer.alloc(12));
    const both = builder.addIntegrity(Buffer.from('one'), 'sha1').addIntegrity(Buffer.from('two'), 'sha256').build();
    const message = parseStunMessage(both);
    expect(message !== undefined && isIntegrityRight(message, Buffer.from('two'))).toBe(true);
    expect(message !== undefined && isIntegrityRight(message, Buffer.from('one'))).toBe(false);
  });

  test('accepts a SHA-256 integrity truncated to 16 bytes and refuses one of 12', () => {
    const key = Buffer.from('key');
    for (const [valueBytes, accepted] of [
      [32, true],
      [20, true],
      [16, true],
      [12, false],
      [18, false],
    ] as const) {
      const builder = new StunMessageBuilder(3, 0, Buffer.alloc(12));
      const preceding = Buffer.from(builder.build());
      const value = integrityOf({ preceding, key, algorithm: 'sha256', valueBytes }).subarray(0, valueBytes);
      const message = parseStunMessage(builder.add(attributeType.messageIntegritySha256, value).build());
      expect(message !== undefined && isIntegrityRight(message, key), `${valueBytes} bytes`).toBe(accepted);
    }
  });

  test('names each unknown required attribute once and no optional one', () => {
    const builder = new StunMessageBuilder(3, 0, Buffer.alloc(12));
    for (const type of [0x7f01, 0x7f01, 0xff01, attributeType.dontFragment, attributeType.lifetime]) {
      builder.add(type, Buffer.alloc(4));
    }
    expect(parseStunMessage(builder.build())?.unknownRequired()).toEqual([0x7f01, attributeType.dontFragment]);
  });
});

describe('values', () => {
  test('XOR addresses come back as they went in, for both families', () => {
    fc.assert(
      fc.property(fc.oneof(anyIpv4, anyIpv6), fc.nat(65535), anyTransactionId, (ip, port, transactionId) => {
        const bytes = Buffer.from(ip);
        const target = { family: bytes.length === 4 ? 4 : 6, address: formatIp(bytes), port } as const;
        expect(decodeXorAddress(encodeXorAddress(target, transactionId), transactionId)).toEqual(target);
      }),
    );
  });

  test('XOR addresses of another family or length are refused', () => {
    const id = Buffer.alloc(12);
    for (const value of ['', '0001', '0003a147e112a643', '0002a147e112a643', '0001a147e112a64300']) {
      expect(decodeXorAddress(hex(value), id)).toBeUndefined();
    }
  });

  test('addresses are spelled as the operating system spells them', () => {
    fc.assert(
      fc.property(anyIpv6, (ip) => {
        const text = formatIp(Buffer.from(ip));
        expect(text).toBe(new SocketAddress({ address: text, family: 'ipv6' }).address);
        expect(parseIp(text)).toEqual(Buffer.from(ip));
      }),
      { numRuns: 1_000 },
    );
    expect(formatIp(parseIp('::ffff:192.0.2.1') ?? Buffer.alloc(4))).toBe('::ffff:192.0.2.1');
    expect(formatIp(parseIp('2001:db8:0:0:1:0:0:1') ?? Buffer.alloc(4))).toBe('2001:db8::1:0:0:1');
    expect(parseIp('fe80::1%eth0')).toEqual(parseIp('fe80::1'));
    expect(parseIp('1.2.3')).toBeUndefined();
  });

  test('every error code has a reason and comes back from its encoding', () => {
    for (const code of stunErrorCodes) {
      expect(decodeErrorCode(encodeErrorCode(code))).toEqual({ code, reason: stunErrorReasons[code] });
    }
    expect(encodeErrorCode(438).toString('hex')).toBe(`00000426${Buffer.from('Stale Nonce').toString('hex')}`);
    expect(decodeErrorCode(hex('000002'))).toBeUndefined();
    expect(decodeErrorCode(hex('00000264'))).toBeUndefined();
  });

  test('password algorithms are numbered as registered and unknown ones refused', () => {
    expect(encodePasswordAlgorithms(['sha256', 'md5']).toString('hex')).toBe('0002000000010000');
    expect(decodePasswordAlgorithm(hex('00010000'))).toBe('md5');
    expect(decodePasswordAlgorithm(hex('00020000'))).toBe('sha256');
    expect(decodePasswordAlgorithm(hex('00030000'))).toBeUndefined();
    expect(decodePasswordAlgorithm(hex('0001000400000000'))).toBeUndefined();
  });
});
