import assert from 'node:assert/strict';
import { GateEstate } from './gate-state-world.ts';

describe('NetworkGate, packaged, with checks that nobody wrote', function () {
  this.timeout(120_000);
  const written = 'checks:\n- { id: vault, each: stamp, kind: tcp, host: 127.42.0.4, port: 443 }\n';
  const inputs = { evidence: 'live', derive: 'always' };
  let estate: GateEstate;
  before(async () => {
    estate = await GateEstate.start();
    await estate.run.sandbox.network?.settled();
  });
  after(() => estate.stop());

  it('looks at each name of each endpoint that it finds', async () => {
    const run = await estate.gate(written, inputs);
    assert.equal(run.result, 'Succeeded', run.output);
    assert.deepEqual(
      run.gate?.checks.map(({ id, kind }) => `${kind} ${id}`),
      ['tcp weu/vault', 'dns weu/pe-kv-gate.kv-gate.dns', 'tls weu/pe-kv-gate.kv-gate.tls'],
    );
  });

  it('takes a check of the same id for a derived one, and waivers for both', async () => {
    const own = `checks:
- { id: pe-kv-gate.kv-gate.tls, each: stamp, kind: dns, name: gone.vault.azure.net }
waivers:
- { check: weu/pe-kv-gate.*, reason: The vault is being moved., until: '2999-12-31' }
`;
    const run = await estate.gate(own, inputs);
    assert.deepEqual(run.off, ['fail weu/pe-kv-gate.kv-gate.tls DNS_NXDOMAIN nxdomain']);
    assert.equal(run.outputs['tolerated'], '1', run.output);
    assert.equal(run.result, 'Succeeded');
  });

  it('names the right that it needs to find them', async () => {
    const run = await estate.gate(written, inputs, { azureSubscription: estate.identity([]) });
    assert.equal(run.gate, undefined);
    assert.equal(run.result, 'Failed');
    assert.match(run.output, /Microsoft\.Network\/privateEndpoints\/read/);
  });
});
