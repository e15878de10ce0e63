import type { Path } from './document.ts';
import { membersOf, memberWords } from './members.ts';
import type { Flow, OutsideZone } from './model.ts';
import { nearest } from './nearest.ts';
import type { TopologyDocument } from './schema.ts';

/** The zone that needs no declaration: everything that is in no network and no other zone. */
export const internetZone = 'internet';

export function zonesOf({ zones }: TopologyDocument): Record<string, OutsideZone> {
  const entries = Object.entries(zones).map(([name, { kind, prefixes, names }]) => [
    name,
    {
      name,
      kind: kind === 'public' ? 'public' : 'on-premises',
      prefixes,
      ...(names === undefined ? {} : { names }),
    },
  ]);
  return Object.fromEntries(entries) as Record<string, OutsideZone>;
}

export function flowsOf({ flows }: TopologyDocument): Flow[] {
  return flows.map(({ ports, ...flow }) => ({ ...flow, ports: ports.map(rangeOf) }));
}

function rangeOf(port: number | string): { from: number; to: number } {
  const [from = 0, to = from] = String(port).split('-').map(Number);
  return { from, to };
}

/** Names in flows that mean nothing in this document; the problem says what does. */
export function checkFlows(
  document: TopologyDocument,
  report: (path: Path, message: string) => void,
): void {
  const seen = new Set<string>();
  for (const name of Object.keys(document.zones)) {
    if (name === internetZone || name in memberWords || name in document.stamps) {
      report(
        ['zones', name],
        `A zone cannot be called "${name}": flows mean something else by it.`,
      );
    }
  }
  document.flows.forEach((flow, position) => {
    const path: Path = ['flows', position];
    if (seen.has(flow.name)) report([...path, 'name'], `Flow ${flow.name} is declared twice.`);
    seen.add(flow.name);
    for (const side of ['from', 'to'] as const) {
      const problem = endProblem(flow[side], document);
      if (problem !== undefined) report([...path, side], `Flow ${flow.name}: ${problem}`);
    }
    for (const port of flow.ports) {
      const { from, to } = rangeOf(port);
      if (to > 65535 || from > to) {
        report([...path, 'ports'], `Flow ${flow.name}: ${port} is no range of ports.`);
      }
    }
  });
}

function endProblem(end: string, document: TopologyDocument): string | undefined {
  const { zones } = document;
  if (/^[0-9.]+(\/[0-9]+)?$/.test(end) || end === internetZone || end in zones) return undefined;
  const [owner = '', subnet] = end.split('/');
  const members = membersOf(document);
  const owners = new Set(['hub', 'stamp', ...members.map(({ name }) => name)]);
  if (subnet === undefined || !owners.has(owner)) {
    const names = [
      internetZone,
      ...Object.keys(zones),
      ...[...owners].map((name) => `${name}/<subnet>`),
    ];
    return `"${end}" names nothing; allowed: ${names.join(', ')}, an address or a network.`;
  }
  const meant = members.filter(({ name, kind }) => name === owner || kind === owner);
  const lacking = meant
    .map(({ part }) => part.network)
    .find((network) => !(subnet in network.subnets));
  if (lacking === undefined) return undefined;
  const known = Object.keys(lacking.subnets);
  const close = nearest(subnet, known);
  const mean = close === undefined ? `; it has ${known.join(', ')}` : `; did you mean "${close}"?`;
  return `network ${lacking.name} has no subnet ${subnet}${mean}`;
}
