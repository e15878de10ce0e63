import * as v from 'valibot';
import type { Check, Verdict } from '../check.ts';
import { networkNeeds, networkOf } from '../networks.ts';
import type { PeeringSeen, PeeringSide } from '../probe.ts';
import { undescribedHint } from '../state.ts';

const networkId = v.pipe(
  v.string('must be the id of a virtual network'),
  v.regex(
    /^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+\/providers\/Microsoft\.Network\/virtualNetworks\/[^/]+$/i,
    'must be the id of a virtual network',
  ),
  // It becomes the path of a request.
  v.check((id) => !/[?#\\]|\/\.\.?(?:\/|$)/.test(id), 'must be the id of a virtual network'),
);
const schema = v.strictObject({
  network: v.optional(v.picklist(['stamp', 'operations'], 'must be stamp or operations')),
  stampNetwork: v.optional(networkId),
  hubNetwork: v.optional(networkId),
});
type Spec = v.InferOutput<typeof schema>;

interface Seen {
  readonly stamp: PeeringSeen;
  readonly hub: PeeringSeen;
}

/** Under what name a side appears. */
interface Side extends PeeringSide {
  readonly title: 'stamp' | 'operations' | 'hub';
}

/**
 * The peering between the network of a stamp, or of operations, and the hub's is connected and in sync, from both sides.
 */
export const peering: Check<Spec, Seen> = {
  kind: 'peering',
  schema,
  reference: {
    summary:
      "Both halves of the peering between a stamp's network, or that of operations, and the hub's are Connected and in sync.",
    example: `each: stamp`,
  },
  complete(spec, context) {
    const network = spec.network ?? 'stamp';
    const stampNetwork = spec.stampNetwork ?? networkOf(network, context)?.id;
    const hubNetwork = spec.hubNetwork ?? context.hub?.network.id;
    if (stampNetwork === undefined || hubNetwork === undefined) {
      const needs = `${networkNeeds[network]}, or both stampNetwork and hubNetwork`;
      context.problem([], needs);
    }
    return { network, stampNetwork: stampNetwork ?? '', hubNetwork: hubNetwork ?? '' };
  },
  target: (spec) => `${nameOf(spec.stampNetwork)} <-> ${nameOf(spec.hubNetwork)}`,
  async observe(spec, probe, signal) {
    const [stamp, hub] = await Promise.all(
      sidesOf(spec).map((side) => probe.peering(side, signal)),
    );
    if (stamp === undefined || hub === undefined) throw new TypeError('a peering has two sides');
    return { stamp, hub };
  },
  judge(spec, seen) {
    const [stamp, hub] = sidesOf(spec);
    const expected = `${peering.target(spec)} is Connected and in sync from both sides`;
    const sides = [
      { side: stamp, seen: seen.stamp },
      { side: hub, seen: seen.hub },
    ];
    const observed = sides.map(({ side, seen: one }) => `${side.title}: ${words(one)}`).join('; ');
    const findings = sides
      .map(({ side, seen: one }) => judgeSide(side, one))
      .filter((finding) => finding !== undefined)
      .sort((a, b) => a.rank - b.rank);
    const worst = findings[0];
    if (worst === undefined) {
      return { status: 'pass', code: 'OK', expected, observed, class: 'connected' };
    }
    const { status, code, hint } = worst;
    return { status, code, expected, observed, class: worst.class, hint };
  },
};

function sidesOf(spec: Spec): [Side, Side] {
  const stamp = spec.stampNetwork ?? '';
  const hub = spec.hubNetwork ?? '';
  const title = spec.network ?? 'stamp';
  // The platform's connection reads operations, as it does the hub.
  const owner = title === 'operations' ? 'hub' : 'stamp';
  return [
    { title, owner, network: stamp, remote: hub },
    { title: 'hub', owner: 'hub', network: hub, remote: stamp },
  ];
}

interface Finding extends Pick<Verdict, 'status' | 'code' | 'class'> {
  readonly hint: string;
  /** The lowest one explains the others: a missing half makes the other half "Initiated". */
  readonly rank: number;
}

function judgeSide(side: Side, seen: PeeringSeen): Finding | undefined {
  const from = `${nameOf(side.network)} (${side.title})`;
  const to = nameOf(side.remote);
  switch (seen.state) {
    case 'network-missing':
      return {
        rank: 0,
        status: 'fail',
        code: 'PEERING_NETWORK_MISSING',
        class: 'network-missing',
        hint: `The virtual network ${side.network} does not exist, or the identity cannot see it.`,
      };
    case 'missing':
      return {
        rank: 1,
        status: 'fail',
        code: 'PEERING_MISSING',
        class: 'missing',
        hint: `${from} has no peering to ${to}; each side needs one.`,
      };
    case 'found':
      return judgePeering(seen, from, to);
    case 'forbidden':
      return {
        rank: 4,
        status: 'unknown',
        code: 'PEERING_FORBIDDEN',
        class: 'forbidden',
        hint:
          `Give the identity of ${side.owner === 'hub' ? 'hubConnection' : 'azureSubscription'} ` +
          `${seen.missing} on ${side.network}; Reader is enough.`,
      };
    case 'no-connection':
      return {
        rank: 4,
        status: 'unknown',
        code: 'PEERING_NO_CONNECTION',
        class: 'no-connection',
        hint: `Set ${side.owner === 'hub' ? 'hubConnection' : 'azureSubscription'}; peerings are read from Azure.`,
      };
    case 'undescribed':
      return {
        rank: 4,
        status: 'unknown',
        code: 'PEERING_UNDESCRIBED',
        class: 'undescribed',
        hint: undescribedHint(side.network),
      };
    case 'failed':
      return {
        rank: 5,
        status: 'unknown',
        code: 'PEERING_UNREADABLE',
        class: 'unreadable',
        hint: `Azure did not answer for ${side.network}: ${seen.reason}`,
      };
  }
}

function judgePeering(
  seen: Extract<PeeringSeen, { state: 'found' }>,
  from: string,
  to: string,
): Finding | undefined {
  if (seen.peering !== 'Connected') {
    return {
      rank: 2,
      status: 'fail',
      code: 'PEERING_NOT_CONNECTED',
      class: seen.peering.toLowerCase(),
      hint:
        seen.peering === 'Disconnected'
          ? `The other half was deleted: delete the peering of ${from} to ${to} and make both anew.`
          : `The peering of ${from} to ${to} waits for its other half.`,
    };
  }
  if (seen.sync === undefined || seen.sync === 'FullyInSync') return undefined;
  return {
    rank: 3,
    status: 'fail',
    code: 'PEERING_NOT_IN_SYNC',
    class: seen.sync.toLowerCase(),
    hint: `The address space of one side has changed: synchronise the peering of ${from} to ${to}.`,
  };
}

function words(seen: PeeringSeen): string {
  switch (seen.state) {
    case 'found':
      return seen.sync === undefined ? seen.peering : `${seen.peering}, ${seen.sync}`;
    case 'missing':
      return 'no peering';
    case 'network-missing':
      return 'no such network';
    case 'forbidden':
      return 'not allowed to look';
    case 'no-connection':
      return 'no service connection to look with';
    case 'undescribed':
      return 'no template describes it';
    case 'failed':
      return 'no answer';
  }
}

function nameOf(id: string | undefined): string {
  return id?.split('/').at(-1) ?? '';
}
