import type { Path } from './document.ts';
import { membersOf } from './members.ts';
import type { AcceptedConnection } from './model.ts';
import { nearest } from './nearest.ts';
import type { TopologyDocument } from './schema.ts';

type Declared = NonNullable<TopologyDocument['hub']['acceptedConnections']>;

/** Reports origins that name no member of the estate. */
export function checkAcceptedConnections(
  document: TopologyDocument,
  report: (path: Path, message: string) => void,
): void {
  const members = membersOf(document);
  const known = members.map(({ name }) => name);
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
  for (const { path, part } of members) check(path, part.acceptedConnections);
}

/** The declarations with the members that they name as ids of resource groups; nothing where there are none. */
export function acceptedConnectionsOf(
  declared: Declared | undefined,
  document: TopologyDocument,
): { acceptedConnections?: AcceptedConnection[] } {
  if (declared === undefined) return {};
  const acceptedConnections = declared.map(({ service, from, message }) => {
    const place = membersOf(document).find(({ name }) => name === from)?.part;
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
