import { sameId } from '../../net/same-id.ts';
import { idAt, textAt } from './resource.ts';
import type { Resource, Resources } from './resource.ts';

/** What Azure hands out or keeps by itself, so that no template says it. */
const handedOut: ReadonlySet<string> = new Set([
  'privateIPAddress',
  'networkInterfaces',
  'privateLinkServiceConnectionState',
  'peeringState',
  'peeringSyncLevel',
  'remoteAddressSpace',
]);

/** References of which a change makes what was handed out for the old one void. */
const anchors = ['subnet', 'remoteVirtualNetwork'] as const;

/**
 * What is there after a deployment. A template that leaves out what Azure has handed out (the address of an
 * interface, the state of a connection) does not take it away.
 */
export function afterDeployment(present: Resources, predicted: readonly Resource[]): Resources {
  return present.deployed(
    predicted.map((resource) => {
      const was = present.get(resource.id)?.properties;
      if (was === undefined) return resource;
      return { ...resource, properties: withHandedOut(resource.properties, was) };
    }),
  );
}

/** Items of lists are told by their names. */
function withHandedOut(
  now: Readonly<Record<string, unknown>>,
  was: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  if (moved(now, was)) return { ...now };
  const kept = Object.entries(was).filter(
    ([key, value]) => handedOut.has(key) && isAbsent(now[key]) && !isAbsent(value),
  );
  const own = Object.entries(now).map(([key, value]) => [key, valueWith(value, was[key])]);
  return Object.fromEntries([...own, ...kept]) as Record<string, unknown>;
}

function valueWith(now: unknown, was: unknown): unknown {
  if (isRecord(now) && isRecord(was)) return withHandedOut(now, was);
  if (!Array.isArray(now) || !Array.isArray(was)) return now;
  return now.map((item: unknown) => {
    const name = textAt(item, 'name');
    const before: unknown = was.find(
      (one) => name !== undefined && sameId(textAt(one, 'name') ?? '', name),
    );
    return valueWith(item, before);
  });
}

function moved(now: unknown, was: unknown): boolean {
  const other = (one: string | undefined, two: string | undefined): boolean =>
    one !== undefined && two !== undefined && !sameId(one, two);
  return (
    anchors.some((key) => other(idAt(now, key), idAt(was, key))) ||
    other(textAt(now, 'privateLinkServiceId'), textAt(was, 'privateLinkServiceId'))
  );
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null || value === '';
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
