import { describe, expect, test } from 'vitest';
import { attributeType } from './stun/attribute-type.ts';
import { stunClass, stunMethod } from './stun/stun-type.ts';
import { addressIn, codeOf, TurnTestClient, udpTransport } from './testing/turn-test-client.ts';
import { connect, createCertificate, startServer } from './testing/turn-test-server.ts';

const bare = Buffer.from('000100002112a442000102030405060708090a0b', 'hex');

describe('Binding', () => {
  test('is answered over UDP, TCP and TLS with the address the request came from', async () => {
    const { udp, tcp, tls } = await startServer(await createCertificate());
    const clients = [
      await connect(udp),
      await connect(tcp, { via: TurnTestClient.tcp }),
      await connect(tls, { via: TurnTestClient.tls }),
    ];
    for (const client of clients) {
      const reply = await client.exchange(stunMethod.binding, []);
      expect(addressIn(reply, attributeType.xorMappedAddress)).toEqual(client.local);
    }
  });

  test('is answered over IPv6', async () => {
    const { udp, tcp } = await startServer({ listeningAddresses: ['::1'] });
    for (const client of [await connect(udp), await connect(tcp, { via: TurnTestClient.tcp })]) {
      const reply = await client.exchange(stunMethod.binding, []);
      expect(addressIn(reply, attributeType.xorMappedAddress)).toEqual(client.local);
    }
  });

  test('is answered to the byte as RFC 8489 writes it', async () => {
    const { udp } = await startServer();
    const client = await connect(udp);
    client.send(bare);
    const reply = await client.next();
    const port = (client.local.port ^ 0x2112).toString(16).padStart(4, '0');
    expect(reply.toString('hex')).toBe(`0101000c2112a442000102030405060708090a0b002000080001${port}5e12a443`);
  });

  test('carries FINGERPRINT, as the last attribute, where the request did', async () => {
    const { udp } = await startServer();
    const client = await connect(udp);
    const reply = await client.exchange(stunMethod.binding, [], { fingerprint: true });
    expect(reply.startOf(attributeType.fingerprint)).toBe(reply.buffer.length - 8);
  });

  test('with an unknown required attribute gets 420 that names it, with an unknown optional one success', async () => {
    const { udp } = await startServer();
    const client = await connect(udp);
    const refused = await client.exchange(stunMethod.binding, [
      [0x7f01, Buffer.alloc(4)],
      [0x7f02, Buffer.alloc(0)],
    ]);
    expect(codeOf(refused)).toBe(420);
    expect(refused.get(attributeType.unknownAttributes)?.toString('hex')).toBe('7f017f02');
    const accepted = await client.exchange(stunMethod.binding, [[0xff01, Buffer.alloc(4)]]);
    expect(accepted.messageClass).toBe(stunClass.success);
  });

  test.each(['', '00', '0001', '000100', '80', 'ff'.repeat(40), '000100042112a442000102030405060708090a0b', '4000'])(
    'is still answered after the datagram %j',
    async (hex) => {
      const { udp, server } = await startServer();
      const client = await connect(udp);
      client.send(Buffer.from(hex, 'hex'));
      expect(await client.isSilent()).toBe(true);
      expect(server.metrics().bindingRequests).toBe(1);
    },
  );

  test('is all that a server with stunOnly answers', async () => {
    const { udp } = await startServer({ stunOnly: true, users: {} });
    const client = await connect(udp);
    client.send(client.build(stunMethod.allocate, [udpTransport]));
    expect(await client.isSilent()).toBe(true);
  });

  test('replies, indications and unknown methods are not answered', async () => {
    const { udp } = await startServer();
    const client = await connect(udp);
    for (const type of ['0101', '0111', '0011', '0002', '0016', '0017']) {
      client.send(Buffer.from(`${type}00002112a442000102030405060708090a0b`, 'hex'));
    }
    expect(await client.isSilent()).toBe(true);
  });
});
