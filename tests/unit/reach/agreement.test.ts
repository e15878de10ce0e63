import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Estate as SandboxEstate } from '../../../sandbox/azure/network/estate.ts';
import { reach } from '../../../sandbox/azure/network/reach.ts';
import { Matrix } from '../../../tasks/lib/reach/matrix.ts';
import type { Estate } from '../../../tasks/lib/reach/model.ts';
import type { Packet } from '../../support/packet-simulator.ts';
import { simulate } from '../../support/packet-simulator.ts';
import { at } from './estates.ts';
import { randomEstates } from './random-estates.ts';

/** Machines, endpoints, and addresses of the subnets that nobody has. */
const inside = [at.h, at.a, at.a2, at.b, '10.1.1.77', '10.2.1.200'];
const targets = [...inside, at.pA, at.pB, '10.1.2.9', at.world];
const edges = [21, 22, 23, 79, 80, 81, 399, 400, 442, 443, 444, 500, 501, 1432, 1433, 5432];

const packets = (sources: readonly string[], ends: readonly string[]): fc.Arbitrary<Packet> =>
  fc.record({
    from: fc.constantFrom(...sources),
    to: fc.constantFrom(...ends),
    protocol: fc.constantFrom('tcp', 'tcp', 'tcp', 'udp', 'icmp'),
    port: fc.oneof(fc.constantFrom(...edges), fc.integer({ min: 1, max: 65535 })),
  });

describe('reach: agreement', () => {
  it('with a simulator of single packets, gateways included', () => {
    const sources = [...inside, at.pA, at.o];
    fc.assert(
      fc.property(
        randomEstates(true),
        fc.array(packets(sources, [...targets, at.o]), { minLength: 20, maxLength: 20 }),
        (estate, sent) => {
          const matrix = new Matrix(estate);
          for (const packet of sent) {
            if (packet.from === packet.to) continue;
            const { from, to, protocol, port } = packet;
            const { result, by } = matrix.outcome(from, to, protocol, port);
            assert.equal(result, simulate(estate, packet), `${JSON.stringify(packet)}: ${by}`);
          }
        },
      ),
      { numRuns: 100 },
    );
  });

  it("with the simulator and the sandbox's network, where that one decides", () => {
    const counts = { allowed: 0, dropped: 0, refused: 0, unknown: 0, rejected: 0 };
    fc.assert(
      fc.property(
        randomEstates(false),
        fc.array(packets(inside, targets), { minLength: 20, maxLength: 20 }),
        (estate, sent) => {
          const matrix = new Matrix(estate);
          const theirs = sandboxEstate(estate);
          for (const packet of sent) {
            const { from, to, protocol, port } = packet;
            if (from === to) continue;
            const { result, by } = matrix.outcome(from, to, protocol, port);
            counts[result] += 1;
            const message = `${JSON.stringify(packet)}: ${by}`;
            assert.equal(result, simulate(estate, packet), message);
            const said = reach(theirs, from, to, port, protocol);
            // The sandbox stops at the first doubt; a denial behind it is certain all the same.
            if (said.result === 'unknown' && result === 'dropped') continue;
            // In the sandbox nothing has an address that nobody was given.
            if (said.why.startsWith('nothing has the address') && result !== 'refused') continue;
            // It knows no reset but TCP's, and says so of every protocol.
            if (said.result === 'refused' && protocol !== 'tcp') continue;
            assert.equal(result, said.result, `${message}; the sandbox: ${said.why}`);
          }
        },
      ),
      { numRuns: 100 },
    );
    // The estates are worth something only if all of this happens in them.
    for (const result of ['allowed', 'dropped', 'refused', 'unknown'] as const) {
      assert.ok(counts[result] > 8, `${result}: ${counts[result]}`);
    }
  });

  it('counts every address, protocol and port once', () => {
    fc.assert(
      fc.property(randomEstates(true), (estate) => {
        const matrix = new Matrix(estate);
        const ranges = matrix.rows
          .flatMap((place) => place.ranges)
          .sort((a, b) => a.first - b.first);
        ranges.forEach((range, position) => {
          const next = ranges[position + 1];
          assert.ok(next === undefined || range.last < next.first, 'places overlap');
        });
        const [source, target] = matrix.rows;
        assert.ok(source !== undefined && target !== undefined);
        for (const spans of Object.values(matrix.cell(source, target))) {
          assert.equal(spans[0]?.from, 0);
          assert.equal(spans.at(-1)?.to, 65535);
          spans.slice(1).forEach((span, position) => {
            assert.equal(span.from, (spans[position]?.to ?? 0) + 1);
          });
        }
      }),
      { numRuns: 50 },
    );
  });
});

/** The same estate as the sandbox's network describes it. */
function sandboxEstate(estate: Estate): SandboxEstate {
  const read = <T>(list: readonly T[] | 'unread'): readonly T[] => (list === 'unread' ? [] : list);
  return {
    networks: estate.networks.map((network) => ({
      id: network.id,
      prefixes: network.prefixes,
      peerings: read(network.peerings),
    })),
    subnets: estate.subnets.map(({ securityRules, routes, ...subnet }) => ({
      ...subnet,
      ...(securityRules === undefined ? {} : { securityRules: read(securityRules) }),
      ...(routes === undefined ? {} : { routes: read(routes) }),
    })),
    interfaces: estate.machines.map(({ securityRules, ...machine }) => ({
      ...machine,
      address: machine.address ?? '',
      ...(securityRules === undefined ? {} : { securityRules: read(securityRules) }),
    })),
    endpoints: estate.endpoints.map((endpoint) => ({
      ...endpoint,
      address: endpoint.address ?? '',
      ports: endpoint.ports ?? Array.from({ length: 65536 }, (_, port) => port),
    })),
    firewalls: estate.firewalls.map(({ address, subnetId, rules, keepsSourceFor }) => ({
      address,
      subnetId,
      rules: read(rules).flatMap((rule) =>
        rule.kind === 'dnat'
          ? []
          : [{ ...rule, kind: rule.kind, protocol: rule.protocols[0] ?? '*' }],
      ),
      ...(keepsSourceFor?.[0] === '255.255.255.255/32' ? { alwaysTranslates: true } : {}),
    })),
  };
}
