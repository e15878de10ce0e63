import type { Verdict, Went } from './check.ts';
import { isAddress } from './estate.ts';
import type { ConnectSeen, ConnectClass } from './probe.ts';

/** What a connection that did not come about means in this estate. */
export function connectHint(
  result: ConnectClass,
  seen: Pick<ConnectSeen, 'place' | 'port'>,
): string | undefined {
  const { place, port } = seen;
  switch (result) {
    case 'connected':
      return undefined;
    case 'timeout': {
      const firewall =
        place.firewall === undefined
          ? ''
          : `, and whether the firewall ${place.firewall} allows TCP ${port}`;
      return (
        `Packets to ${place.text} are dropped: look at the security group of that subnet (it filters a ` +
        'private endpoint only where endpoint network policies are on), the security group and the ' +
        `routes of the agent's subnet, the peering between the two${firewall}.`
      );
    }
    case 'refused':
      return `${place.text} was reached, but nothing listens on port ${port} there.`;
    case 'reset':
      return `${place.text}, or a device on the way to it, broke the connection off.`;
    case 'unreachable':
      return `The agent has no route to ${place.text}: look at the routes of the agent's subnet.`;
    case 'unmapped':
      return `Add ${port} to the ports of the loopback overlay; nothing was probed.`;
  }
}

/** A connection's end, after the address. */
export const connectWords: Record<ConnectClass, string> = {
  connected: 'accepted the connection',
  refused: 'refused the connection',
  timeout: 'did not answer',
  reset: 'broke the connection off',
  unreachable: 'has no route',
  unmapped: 'has no port on this loopback estate',
};

/** What was dialled under a name, or without one. */
export function wentTo(
  host: string,
  { address, port }: Pick<ConnectSeen, 'address' | 'port'>,
): Went {
  return isAddress(host) ? { address, port } : { name: host, address, port };
}

/** Why a connection to a host did not come about, as a verdict; undefined if it did. */
export function judgeConnection(
  host: string,
  seen: Pick<ConnectSeen, 'address' | 'port' | 'place' | 'class'>,
  expected: string,
): Verdict | undefined {
  if (seen.class === 'connected') return undefined;
  const hint = connectHint(seen.class, seen);
  return {
    status: seen.class === 'unmapped' ? 'unknown' : 'fail',
    code: `TCP_${seen.class.toUpperCase()}`,
    expected,
    observed: `${seen.address}:${seen.port} ${connectWords[seen.class]}`,
    class: seen.class,
    ...(hint === undefined ? {} : { hint }),
    went: wentTo(host, seen),
  };
}
