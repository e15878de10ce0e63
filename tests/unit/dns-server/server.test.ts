import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { Resolver } from 'node:dns/promises';
import { connect } from 'node:net';
import fc from 'fast-check';
import packet from 'dns-packet';
import type { DecodedPacket } from 'dns-packet';
import type { DnsServer } from '../../../sandbox/azure/dns/server.ts';
import { startDns } from '../../../sandbox/azure/dns/server.ts';
import { Store } from '../../../sandbox/azure/arm/store.ts';
import { idOf, put } from '../network/stored-estate.ts';

describe('DNS server', () => {
  let server: DnsServer;
  let resolver: Resolver;

  before(async () => {
    const store = new Store();
    const network = put(store, 'Microsoft.Network/virtualNetworks', 'hub', {
      addressSpace: { addressPrefixes: ['10.0.0.0/16'] },
    });
    put(store, 'Microsoft.Network/privateDnsZones', 'corp.example', {});
    put(store, 'Microsoft.Network/privateDnsZones/virtualNetworkLinks', 'corp.example/hub', {
      virtualNetwork: { id: network.id },
    });
    const zone = 'Microsoft.Network/privateDnsZones/A';
    put(store, zone, 'corp.example/api', { ttl: 42, aRecords: [{ ipv4Address: '10.0.0.9' }] });
    put(store, zone, 'corp.example/many', {
      ttl: 10,
      aRecords: Array.from({ length: 30 }, (_, i) => ({ ipv4Address: `10.0.1.${String(i)}` })),
    });
    assert.ok(store.get(idOf(zone, 'corp.example/api')));
    server = await startDns(store, { host: '127.0.0.1', port: 0, agentAddress: '10.0.0.68' });
    resolver = new Resolver({ timeout: 10_000, tries: 1 });
    resolver.setServers([`${server.host}:${String(server.port)}`]);
  });
  after(() => server.close());

  function overUdp(message: Buffer): Promise<Buffer | undefined> {
    return new Promise((resolve, reject) => {
      const socket = createSocket('udp4');
      const timer = setTimeout(() => {
        socket.close();
        resolve(undefined);
      }, 1_000);
      socket.once('message', (answer: Buffer) => {
        clearTimeout(timer);
        socket.close();
        resolve(answer);
      });
      socket.send(message, server.port, server.host, (error) => {
        if (error) reject(error);
      });
    });
  }

  function overTcp(...chunks: Buffer[]): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      const socket = connect(server.port, server.host);
      const parts: Buffer[] = [];
      socket.on('data', (part: Buffer) => {
        parts.push(part);
        const all = Buffer.concat(parts);
        if (all.length >= 2 && all.length >= all.readUInt16BE(0) + 2) socket.end();
      });
      socket.once('error', reject);
      socket.once('close', () => {
        resolve(Buffer.concat(parts));
      });
      for (const chunk of chunks) socket.write(chunk);
    });
  }

  const query = (name: string, more: object = {}): Buffer =>
    packet.encode({
      type: 'query',
      id: 77,
      flags: packet.RECURSION_DESIRED,
      questions: [{ type: 'A', name }],
      ...more,
    });

  function codeOf(answer: Buffer | undefined): number | undefined {
    return answer === undefined ? undefined : answer.readUInt8(3) & 0x0f;
  }

  it('answers Node resolvers with address and TTL', async () => {
    assert.deepEqual(await resolver.resolve4('api.corp.example', { ttl: true }), [
      { address: '10.0.0.9', ttl: 42 },
    ]);
  });

  it('tells a missing name from a missing type', async () => {
    await assert.rejects(resolver.resolve4('nobody.corp.example'), { code: 'ENOTFOUND' });
    await assert.rejects(resolver.resolve6('api.corp.example'), { code: 'ENODATA' });
  });

  it('says how long a missing name may be remembered', async () => {
    const answer = await overUdp(query('nobody.corp.example'));
    assert.ok(answer);
    const decoded: DecodedPacket = packet.decode(answer);
    const [soa] = decoded.authorities ?? [];
    assert.equal(codeOf(answer), 3);
    assert.equal(soa?.type, 'SOA');
    assert.equal(soa.name, 'corp.example');
    assert.equal(soa.ttl, 10);
  });

  it('truncates over UDP and gives everything over TCP', async () => {
    const short = await overUdp(query('many.corp.example'));
    assert.ok(short && short.length <= 512);
    assert.equal((short.readUInt8(2) & 0x02) !== 0, true, 'truncated');
    assert.equal((await resolver.resolve4('many.corp.example')).length, 30);
  });

  it('takes a bigger UDP answer if the client offers room', async () => {
    const opt = {
      type: 'OPT',
      name: '.',
      udpPayloadSize: 4096,
      extendedRcode: 0,
      ednsVersion: 0,
      flags: 0,
      flag_do: false,
      options: [],
    };
    const answer = await overUdp(query('many.corp.example', { additionals: [opt] }));
    assert.ok(answer);
    assert.equal(packet.decode(answer).answers?.length, 30);
  });

  it('reads a TCP message that comes in pieces, and two on one connection', async () => {
    const message = query('api.corp.example');
    const framed = Buffer.concat([Buffer.from([0, message.length]), message]);
    const answer = await overTcp(framed.subarray(0, 1), framed.subarray(1, 9), framed.subarray(9));
    assert.equal(packet.decode(answer.subarray(2)).answers?.length, 1);
    const twice = await overTcp(Buffer.concat([framed, framed]));
    assert.equal(twice.length % 2, 0);
  });

  const header = (flags: number, questions = 1): Buffer =>
    Buffer.from([0, 9, flags >> 8, flags & 0xff, 0, questions, 0, 0, 0, 0, 0, 0]);

  const bad: [string, Buffer, number | undefined][] = [
    ['nothing', Buffer.alloc(0), undefined],
    ['half a header', Buffer.from([0, 1, 2]), undefined],
    ['an answer', header(0x8000), undefined],
    ['a question that is not there', header(0x0100), 1],
    ['no question', header(0x0100, 0), 1],
    [
      'a name that points at itself',
      Buffer.concat([header(0x0100), Buffer.from([0xc0, 0x0c, 0, 1, 0, 1])]),
      1,
    ],
    [
      'a label that runs off the end',
      Buffer.concat([header(0x0100), Buffer.from([63, 65, 66])]),
      1,
    ],
    ['another operation', Buffer.concat([header(0x2000), query('a.example').subarray(12)]), 4],
  ];
  for (const [name, message, code] of bad) {
    it(`${code === undefined ? 'is silent to' : 'refuses'} ${name}`, async () => {
      assert.equal(codeOf(await overUdp(message)), code);
    });
  }

  it('closes a TCP connection that brings no question', async () => {
    const answer = await overTcp(Buffer.from([0, 3, 1, 2, 3]));
    assert.equal(answer.length, 0);
  });

  it('survives any bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 64 }), async (bytes) => {
        const socket = createSocket('udp4');
        await new Promise<void>((resolve) => {
          socket.send(Buffer.from(bytes), server.port, server.host, () => {
            socket.close(resolve);
          });
        });
        // The server shares this thread: let it read before its queue overflows.
        await new Promise(setImmediate);
      }),
      { numRuns: 300 },
    );
    assert.deepEqual(await resolver.resolve4('api.corp.example'), ['10.0.0.9']);
  });

  it('rejects when its port is taken', async () => {
    const { host, port } = server;
    await assert.rejects(startDns(new Store(), { host, port, agentAddress: '10.0.0.68' }), {
      code: 'EADDRINUSE',
    });
  });
});
