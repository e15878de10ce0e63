import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Matrix } from '../../../tasks/lib/reach/matrix.ts';
import { aToB, at, estate, inbound, outbound, steered } from './estates.ts';
import type { Changes } from './estates.ts';
import { randomEstates } from './random-estates.ts';

const web = { protocol: 'Tcp', destinationPorts: ['443'] };
const of = (changes: Changes, from: string, to: string, port = 443) =>
  new Matrix(estate(changes)).outcome(from, to, 'tcp', port);

describe('reach: outcomes', () => {
  it('names all rules that let a flow pass, in the order in which they are asked', () => {
    const { by, path } = of(
      {
        subnets: {
          'A/vm': { ...steered['A/vm'], securityRules: [outbound(100, 'Allow', web)] },
          'B/vm': { ...steered['B/vm'], securityRules: [inbound(110, 'Allow', web)] },
        },
        firewall: { rules: [aToB] },
      },
      at.a,
      at.b,
    );
    assert.equal(by, 'outbound Allow-100 (100), network rule network, inbound Allow-110 (110)');
    assert.equal(path, 'firewall fw, peering');
  });

  it('rests on the rules that had a part in it, and on no others', () => {
    const rules = (sources: string[], more: object = {}) =>
      of(
        { subnets: { 'B/vm': { securityRules: [inbound(100, 'Allow', { sources, ...more })] } } },
        at.h,
        at.b,
      ).rules.join(' ');
    assert.equal(rules(['10.0.2.4']), '1.5 5.1 1.1 1.2');
    assert.equal(rules(['*']), '1.5 5.1 1.1 1.2');
    assert.equal(rules(['10.0.0.0/16']), '1.5 5.1 1.1 1.2');
    assert.equal(rules(['VirtualNetwork']), '1.5 5.1 1.1 2.1 1.2');
    assert.equal(rules(['10.0.2.4', '10.9.0.0/16']), '1.5 5.1 1.1 1.7 1.2');
    assert.equal(rules(['*'], { destinationPorts: ['443', '80'] }), '1.5 5.1 1.1 1.7 1.2');
  });

  it('the last port is one of its own', () => {
    const subnets = {
      'B/vm': { securityRules: [inbound(100, 'Deny', { destinationPorts: ['65535'] })] },
    };
    assert.equal(of({ subnets }, at.h, at.b, 65535).result, 'dropped');
    assert.equal(of({ subnets }, at.h, at.b, 65534).result, 'allowed');
  });

  it('spans are as long as they can be', () => {
    fc.assert(
      fc.property(randomEstates(true), (any) => {
        const matrix = new Matrix(any);
        const [source] = matrix.rows.filter(({ machine }) => machine !== undefined);
        assert.ok(source);
        for (const target of matrix.rows) {
          for (const spans of Object.values(matrix.cell(source, target))) {
            const texts = spans.map(({ from: _from, to: _to, ...said }) => JSON.stringify(said));
            texts.slice(1).forEach((text, position) => assert.notEqual(text, texts[position]));
          }
        }
      }),
      { numRuns: 20 },
    );
  });
});
