import type { Path } from './document.ts';
import type { AcceptedConnection } from './model.ts';
import { nearest } from './nearest.ts';
import type { TopologyDocument } from './schema.ts';

type Declared = NonNullable<TopologyDocument['hub']['acceptedConnections']>;

/** Reports origins that name neither the hub nor a stamp. */
export function checkAcceptedConnections(
  document: TopologyDocument,
  report: (path: Path, message: string) => void,
): void {
  const known = ['hub', ...Object.keys(document.stamps)];
  const check = (place: Path, declared: Declared = []): void => {
    for (const [index, { from }] of declared.entries()) {
      if (from === undefined || from.startsWith('/') || known.includes(from)) continue;
      const path = [...place, 'acceptedConnections', index, 'from'];
      const close = nearest(from, known);
      const rule =
        close === undefined ? `allowed: ${known.join(', ')}` : `did you mean "${close}"?`;
      report(path, `No stamp is called "${from}"; ${rule}.`);
    }
  };
  check(['hub'], document.hub.acceptedConnections);
  for (const [name, stamp] of Object.entries(document.stamps)) {
    check(['stamps', name], stamp.acceptedConnections);
  }
}

/** The declarations with the hub and stamps that they name as ids of resource groups; nothing where there are none. */
export function acceptedConnectionsOf(
  declared: Declared | undefined,
  { hub, stamps }: TopologyDocument,
): { acceptedConnections?: AcceptedConnection[] } {
  if (declared === undefined) return {};
  const acceptedConnections = declared.map(({ service, from, message }) => {
    const place = from === 'hub' ? hub : from === undefined ? undefined : stamps[from];
    const scope =
      place === undefined
        ? from
        : `/subscriptions/${place.subscription}/resourceGroups/${place.resourceGroup}`;
    return {
      service,
      ...(scope === undefined ? {} : { from: scope }),
      ...(message === undefined ? {} : { message }),
    };
  });
  return { acceptedConnections };
}
