import assert from 'node:assert/strict';
import fc from 'fast-check';
import { differenceOf } from '../../../tasks/lib/reach/difference.ts';
import { assertFlow, flowsOfStamps } from '../../../tasks/lib/reach/flows.ts';
import { Matrix } from '../../../tasks/lib/reach/matrix.ts';
import { networkPage } from '../../../tasks/lib/reach/picture.ts';
import { reachMarkdown } from '../../../tasks/lib/reach/report.ts';
import type { Flow } from '../../../tasks/lib/topology/model.ts';
import { at, estate, inbound } from './estates.ts';
import { randomEstates } from './random-estates.ts';

const denyIn = inbound(4096, 'Deny');
const web = inbound(100, 'Allow', { destinationPorts: ['443'], protocol: 'Tcp' });
const closed = estate({ subnets: { 'B/vm': { securityRules: [denyIn] } } });
const open = estate({ subnets: { 'B/vm': { securityRules: [web, denyIn] } } });

const flow = (more: Partial<Flow>): Flow => ({
  name: 'f',
  from: 'H/vm',
  to: 'B/vm',
  ports: [{ from: 443, to: 443 }],
  protocol: 'tcp',
  expect: 'allowed',
  ...more,
});

describe('reach: differences and flows', () => {
  it('a rule that opens a port newly allows exactly that', () => {
    const { allowed, denied, unsure } = differenceOf(closed, open);
    assert.deepEqual(denied, []);
    assert.deepEqual(unsure, []);
    assert.deepEqual([...new Set(allowed.map(({ ports }) => ports))], ['443/tcp']);
    assert.ok(allowed.some(({ from, to }) => from === 'h in H/vm' && to === 'b in B/vm'));
    assert.ok(allowed.every(({ to }) => to.includes('B/vm')));
  });

  it('taking it away denies the same again', () => {
    const there = differenceOf(closed, open).allowed.map(({ from, to, ports }) => [
      from,
      to,
      ports,
    ]);
    const back = differenceOf(open, closed).denied.map(({ from, to, ports }) => [from, to, ports]);
    assert.deepEqual(back, there);
  });

  it('nothing differs from itself', () => {
    fc.assert(
      fc.property(randomEstates(true), (any) => {
        const { allowed, denied, unsure } = differenceOf(any, any);
        assert.deepEqual([allowed, denied, unsure], [[], [], []]);
      }),
      { numRuns: 20 },
    );
  });

  it('a new endpoint is a new way, one that goes is a way less', () => {
    const without = { ...closed, endpoints: closed.endpoints.filter(({ name }) => name !== 'pA') };
    const { allowed } = differenceOf(without, closed);
    assert.ok(allowed.some(({ to, before }) => to === 'pA' && before === 'absent'));
    const gone = differenceOf(closed, without).denied;
    assert.ok(gone.some(({ to, after: now }) => to === 'pA' && now === 'absent'));
  });

  it('an allowed flow has to be allowed whole', () => {
    const matrix = new Matrix(open);
    assert.equal(assertFlow(matrix, flow({})).verdict, 'kept');
    const wider = assertFlow(matrix, flow({ ports: [{ from: 442, to: 443 }] }));
    assert.equal(wider.verdict, 'broken');
    assert.deepEqual([...new Set(wider.deviations.map(({ ports }) => ports))], ['442/tcp']);
  });

  it('of a forbidden flow nothing may pass, to no address', () => {
    const matrix = new Matrix(open);
    const forbidden = (more: Partial<Flow>) =>
      assertFlow(matrix, flow({ expect: 'forbidden', ...more }));
    assert.equal(forbidden({ ports: [{ from: 22, to: 22 }] }).verdict, 'kept');
    assert.equal(forbidden({ ports: [] }).verdict, 'broken');
    assert.equal(forbidden({ from: 'internet', ports: [] }).verdict, 'kept');
    assert.equal(forbidden({ from: at.h, to: '10.2.1.0/24' }).verdict, 'broken');
  });

  it('what cannot be decided is unknown, not kept', () => {
    const doubtful = estate({ subnets: { 'B/vm': { securityRules: 'unread' } } });
    assert.equal(assertFlow(new Matrix(doubtful), flow({})).verdict, 'unknown');
    assert.equal(assertFlow(new Matrix(open), flow({ to: 'B/gone' })).verdict, 'unknown');
  });

  it('a flow of stamps is one for each', () => {
    const flows = [flow({ from: 'stamp/app', to: 'stamp/endpoints' }), flow({ name: 'g' })];
    const found = flowsOfStamps(flows, ['weu', 'neu']);
    assert.deepEqual(
      found.map(({ name, from, to }) => `${name} ${from} ${to}`),
      ['weu/f weu/app weu/endpoints', 'neu/f neu/app neu/endpoints', 'g H/vm B/vm'],
    );
  });

  it('a report names a way once for all that newly passes by one rule', () => {
    const turn = {
      from: 'A/vm',
      to: 'B/vm',
      before: 'dropped',
      after: 'allowed',
      by: 'r',
    } as const;
    const allowed = [
      { ...turn, ports: '22/tcp' },
      { ...turn, ports: '53/udp' },
      { ...turn, ports: '80/tcp', by: 's' },
    ];
    const page = reachMarkdown(new Matrix(open), { allowed, denied: [], unsure: [] });
    assert.match(
      page,
      /### 🔓 Newly allowed: 2 ways\n\n- \*\*A\/vm\*\* → \*\*B\/vm\*\* on 22\/tcp, 53\/udp: r\n- .* on 80\/tcp: s\n/,
    );
  });

  it('names in reports and pictures stay text', () => {
    const name = '<script>|x|';
    const odd = {
      ...open,
      networks: open.networks.map((n) => (n.id === 'B' ? { ...n, name } : n)),
    };
    const renamed = {
      ...odd,
      subnets: odd.subnets.map((s) => ({ ...s, name: `${s.name}${name}` })),
    };
    const matrix = new Matrix(renamed);
    const markdown = reachMarkdown(matrix, differenceOf(closed, renamed));
    assert.doesNotMatch(markdown, /<script>/);
    assert.doesNotMatch(markdown, /[^\\]\|x[^\\]*\|x\|/);
    assert.doesNotMatch(networkPage(matrix, name), /<script>/);
  });
});
