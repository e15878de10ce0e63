import { SpokelineError } from '../../lib/errors.ts';
import type { Offered } from '../../lib/deploy/parameters.ts';
import { selectStamps, type Stamp, type Topology } from '../../lib/topology/model.ts';
import type { Inputs } from './inputs.ts';

/** Where one deployment goes, and what its template may ask for. */
export interface Place {
  /** A stamp's name, `hub`, the group, or the kind of target: names the deployment. */
  readonly unit: string;
  readonly subscription: string;
  readonly resourceGroup: string;
  /** Of the stamp or the hub. */
  readonly region?: string;
  /** `<estate>/<stamp>` or `<estate>/hub`: marks what is deployed, so that nobody else takes it away. */
  readonly owner?: string;
  readonly offered: Offered;
}

/** The place that the inputs name. Throws INPUT_INVALID for a stamp that is unknown or not one. */
export function placeOf(given: Inputs, topology: Topology | undefined): Place {
  const stamp = topology && given.stamp !== undefined ? oneStamp(topology, given.stamp) : undefined;
  if (topology === undefined || (given.target !== 'stamp' && given.target !== 'hub')) {
    const resourceGroup = given.resourceGroup ?? '';
    const subscription = given.subscription ?? given.azureSubscription.subscriptionId ?? '';
    const offered = topology === undefined ? {} : { hub: topology.hub, stamp, topology };
    const unit = given.resourceGroup ?? given.managementGroup ?? given.target;
    return { unit, subscription, resourceGroup, offered };
  }
  if (given.target === 'stamp') {
    if (stamp === undefined)
      throw new SpokelineError('INPUT_INVALID', 'The input "stamp" is missing.');
    return stampPlace(stamp, topology, given);
  }
  return hubPlace(topology, given);
}

/** The places of the selected stamps. Throws INPUT_INVALID for a selector that means none. */
export function stampPlaces(given: Inputs, topology: Topology): Place[] {
  return selectStamps(topology, given.stamps.join(',')).map((stamp) =>
    stampPlace(stamp, topology, given),
  );
}

/** Where a stamp's template goes. */
export function stampPlace(
  stamp: Stamp,
  topology: Topology,
  given: Pick<Inputs, 'subscription' | 'resourceGroup'>,
): Place {
  return {
    unit: stamp.name,
    subscription: given.subscription ?? stamp.subscription,
    resourceGroup: given.resourceGroup ?? stamp.resourceGroup,
    region: stamp.region,
    owner: `${topology.name}/${stamp.name}`,
    offered: { hub: topology.hub, stamp, topology },
  };
}

/** Where the hub's template goes. */
export function hubPlace(
  topology: Topology,
  given: Pick<Inputs, 'subscription' | 'resourceGroup'>,
): Place {
  return {
    unit: 'hub',
    subscription: given.subscription ?? topology.hub.subscription,
    resourceGroup: given.resourceGroup ?? topology.hub.resourceGroup,
    region: topology.hub.region,
    owner: `${topology.name}/hub`,
    offered: { hub: topology.hub, topology },
  };
}

function oneStamp(topology: Topology, selector: string): Stamp {
  const [first, ...more] = selectStamps(topology, selector);
  if (first !== undefined && more.length === 0) return first;
  const names = [first, ...more].map((stamp) => stamp?.name).join(', ');
  throw new SpokelineError(
    'INPUT_INVALID',
    `Input "stamp" is ${JSON.stringify(selector)}, which selects ${names}; one deployment goes to one stamp.`,
    { hint: 'Name one of them, or fan out with the output "legs" of action plan.' },
  );
}
