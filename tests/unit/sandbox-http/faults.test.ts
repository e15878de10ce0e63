import assert from 'node:assert/strict';
import { createFaults, parseFaults } from '../../../sandbox/http/faults.ts';

describe('fault rules', () => {
  it('match by server, method and path, and count what they meet', () => {
    const faults = createFaults([
      { server: 'arm', method: 'PUT', path: '/deployments/', status: 503, count: 2 },
      { server: 'arm', status: 500, skip: 1 },
    ]);
    assert.equal(faults.next('entra', 'PUT', '/deployments/x'), undefined);
    assert.equal(faults.next('ARM', 'put', '/Deployments/x')?.status, 503);
    assert.equal(faults.next('arm', 'GET', '/deployments/x'), undefined);
    assert.equal(faults.next('arm', 'GET', '/deployments/x')?.status, 500);
    assert.equal(faults.next('arm', 'PUT', '/deployments/x')?.status, 503);
    assert.equal(faults.next('arm', 'PUT', '/deployments/x')?.status, 500);
  });

  it('draw from a seed: the same seed gives the same faults', () => {
    const draw = (seed: number): boolean[] => {
      const faults = createFaults([{ status: 500, probability: 0.5, seed }]);
      return Array.from({ length: 32 }, () => faults.next('a', 'GET', '/') !== undefined);
    };
    assert.deepEqual(draw(7), draw(7));
    assert.notDeepEqual(draw(7), draw(8));
    const hits = draw(7).filter((hit) => hit).length;
    assert.ok(hits > 4 && hits < 28, `${String(hits)} of 32`);
  });

  it('can be added while a run goes on', () => {
    const faults = createFaults();
    assert.equal(faults.next('arm', 'GET', '/'), undefined);
    faults.add({ reset: true });
    assert.deepEqual(faults.next('arm', 'GET', '/'), { reset: true });
  });

  it('are read from a list or from an object that holds one', () => {
    assert.deepEqual(parseFaults('[{"status":500}]'), [{ status: 500 }]);
    assert.deepEqual(parseFaults('{"faults":[{"reset":true}]}'), [{ reset: true }]);
    assert.deepEqual(parseFaults('{"registry":{}}'), []);
  });

  const bad: [string, string][] = [
    ['{}', 'a fault file is a list of rules'],
    ['[1]', 'fault 0 is not an object'],
    [
      '[{"status":500},{"stat":1}]',
      "fault 1 has the unknown key 'stat'; known: server, method, path, status, headers, body, " +
        'delayMs, reset, lost, count, skip, probability, seed',
    ],
    ['[{"status":"500"}]', "fault 0: 'status' must be of type number"],
    ['[{"headers":"a"}]', "fault 0: 'headers' must be of type object"],
    ['[{"status":99}]', "fault 0: 'status' must be from 200 to 599"],
    ['[{"status":500,"probability":2}]', "fault 0: 'probability' must be from 0 to 1"],
    ['[{"path":"("}]', "fault 0 does nothing: give 'status', 'delayMs', 'reset' or 'lost'"],
    ['[{"path":"(","status":500}]', "fault 0: 'path' is not a regular expression: ("],
  ];
  for (const [text, message] of bad) {
    it(`refuse ${text}`, () => {
      assert.throws(() => createFaults(parseFaults(text)), { message });
    });
  }
});
