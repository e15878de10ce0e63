import assert from 'node:assert/strict';
import { resourceTypes } from '../../sandbox/azure/arm/types/registry.ts';
import { startWorld, type World } from '../unit/arm/arm-world.ts';
import { authorizationClaims } from './arm-mutations/authorization.ts';
import type { Claim, Claims } from './arm-mutations/claims.ts';
import { connectionClaims } from './arm-mutations/connections.ts';
import { echoOf } from './arm-mutations/echo.ts';
import { endpointClaims } from './arm-mutations/endpoints.ts';
import { linkServiceClaims } from './arm-mutations/link-services.ts';
import { networkClaims } from './arm-mutations/networks.ts';
import { privateDnsClaims } from './arm-mutations/private-dns.ts';
import { recordClaims } from './arm-mutations/record-sets.ts';
import { replicationClaims } from './arm-mutations/replications.ts';
import { ruleClaims } from './arm-mutations/rules.ts';
import { serviceClaims } from './arm-mutations/services.ts';

const claims: Claims = {
  ...networkClaims,
  ...ruleClaims,
  ...endpointClaims,
  ...privateDnsClaims,
  ...recordClaims,
  ...serviceClaims,
  ...replicationClaims,
  ...linkServiceClaims,
  ...connectionClaims,
  ...authorizationClaims,
};

/** Runs a claim in a world of its own; an AssertionError is its answer, any other error is a fault of the claim. */
async function fails(claim: Claim, echoed?: string): Promise<assert.AssertionError | undefined> {
  const world: World = await startWorld({
    types: resourceTypes.map((known) => (known.type === echoed ? echoOf(known) : known)),
  });
  try {
    await claim.holds(world);
    return undefined;
  } catch (error) {
    if (error instanceof assert.AssertionError) return error;
    throw error;
  } finally {
    await world.stop();
  }
}

describe('sandbox arm: no type is an echo', () => {
  it('has claims for every type, and for no other', () => {
    assert.deepEqual(Object.keys(claims).sort(), resourceTypes.map(({ type }) => type).sort());
    for (const [type, own] of Object.entries(claims)) {
      assert.ok(own.length >= 3, `${type} has ${String(own.length)} claims, too few to know it by`);
    }
  });

  for (const { type } of resourceTypes) {
    for (const claim of claims[type] ?? []) {
      it(`${type}: an echo would not ${claim.would}`, async () => {
        const broken = await fails(claim);
        if (broken !== undefined) throw broken;
        const shown = await fails(claim, type);
        assert.notEqual(
          shown,
          undefined,
          `an echo of ${type} does it, too: the claim proves nothing`,
        );
      });
    }
  }
});
