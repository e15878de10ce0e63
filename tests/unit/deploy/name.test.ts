import assert from 'node:assert/strict';
import { legsOf } from '../../../tasks/lib/deploy/legs.ts';
import { deploymentName, earlierNames } from '../../../tasks/lib/deploy/name.ts';

describe('the default name of a deployment', () => {
  const parts = {
    buildId: '4711',
    stage: 'primary',
    job: 'stamp',
    attempt: '1',
    step: 'StampDeploy1',
    unit: 'weu',
    template: 'main.bicep',
  };

  it('says what it is for', () => {
    assert.match(deploymentName(parts), /^spokeline-weu-4711-primary-stamp-[0-9a-f]{8}$/);
  });

  it('is the same when a step is repeated, and another one for all else', () => {
    const names = [
      parts,
      { ...parts, buildId: '4712' },
      { ...parts, stage: 'secondary' },
      { ...parts, job: 'other' },
      { ...parts, attempt: '2' },
      { ...parts, step: 'StampDeploy2' },
      { ...parts, unit: 'neu' },
      { ...parts, template: 'other.bicep' },
    ].map(deploymentName);
    assert.equal(new Set(names).size, names.length);
    assert.equal(deploymentName({ ...parts }), names[0]);
  });

  it('is known for the attempt before', () => {
    const second = { ...parts, attempt: '2' };
    assert.match(deploymentName(second), /^spokeline-weu-4711-primary-stamp-2-[0-9a-f]{8}$/);
    assert.deepEqual(earlierNames({ ...parts, attempt: '3' }), [
      deploymentName(second),
      deploymentName(parts),
    ]);
    assert.deepEqual(earlierNames(parts), []);
    assert.deepEqual(earlierNames({ ...parts, attempt: '' }), []);
  });

  it('never breaks the rules of ARM', () => {
    const odd = [
      { ...parts, stage: 's'.repeat(80), job: 'j'.repeat(80) },
      { ...parts, stage: 'é ü/#', job: '', unit: '...' },
      { buildId: '', stage: '', job: '', attempt: '', step: '', unit: '', template: '' },
    ];
    for (const item of odd) assert.match(deploymentName(item), /^[A-Za-z0-9_.()-]{1,64}$/);
    assert.match(deploymentName(odd[2] ?? parts), /^spokeline-local-[0-9a-f]{8}$/);
  });
});

describe('legs of a matrix', () => {
  it('have names that a matrix takes, and the stamp as variable', () => {
    assert.deepEqual(
      legsOf([{ name: 'neu' }, { name: 'west-us' }, { name: 'west_us' }, { name: '2nd' }]),
      {
        neu: { stamp: 'neu' },
        west_us: { stamp: 'west-us' },
        west_us_2: { stamp: 'west_us' },
        _2nd: { stamp: '2nd' },
      },
    );
  });

  it('may be none', () => {
    assert.deepEqual(legsOf([]), {});
  });
});
