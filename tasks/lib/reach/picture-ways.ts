import { briefText } from './matrix.ts';
import type { Matrix } from './matrix.ts';
import type { Place } from './places.ts';

/** A network with its places, or all that is outside. */
export interface Group {
  readonly title: string;
  readonly places: readonly Place[];
  /** Outside on the left, the hub in the middle, what is peered with it on the right. */
  readonly column: 0 | 1 | 2;
}

/** A way that is open between two places. */
export interface Way {
  readonly from: Group;
  readonly source: Place;
  readonly to: Group;
  readonly target: Place;
  /** What passes, as `443/tcp`. */
  readonly ports: string;
}

/** All ways between two networks, or the one between two places. */
export interface Arrow {
  readonly from: Group;
  readonly to: Group;
  /** Absent where the arrow is of a whole network. */
  readonly source?: Place;
  readonly target?: Place;
  /** What stands at its tip. */
  readonly label: string;
  /** What it says in full. */
  readonly words: string;
}

/** Where people look at many arrows, a picture says nothing. */
const mostArrows = 40;

/** The networks of the picture, the hub before its spokes. */
export function groupsOf({ estate: { networks }, rows }: Matrix): Group[] {
  const peerings = (id: string): number => {
    const found = networks.find((network) => network.id === id)?.peerings;
    return found === undefined || found === 'unread' ? 0 : found.length;
  };
  const most = Math.max(0, ...networks.map(({ id }) => peerings(id)));
  const hub =
    networks.find(({ name }) => name === 'hub') ??
    networks.find(({ id }) => most > 0 && peerings(id) === most);
  return [
    { title: 'outside', places: rows.filter(({ zone }) => zone !== undefined), column: 0 },
    ...networks.map((network): Group => ({
      title: network.name,
      places: rows.filter((place) => place.network === network),
      column: network === hub ? 1 : 2,
    })),
  ];
}

/** What is open between places of these networks, also inside each; to the internet it is not asked. */
export function waysOf(matrix: Matrix, groups: readonly Group[]): Way[] {
  return groups.flatMap((from) =>
    groups.flatMap((to) => {
      if (from.column === 0 && to.column === 0) return [];
      // A subnet that holds endpoints is shown by them.
      const held = new Set(to.places.flatMap((p) => (p.endpoint ? [p.subnet] : [])));
      const targets = to.places.filter(
        ({ endpoint, subnet, zone }) =>
          zone?.name !== 'internet' && (endpoint !== undefined || !held.has(subnet)),
      );
      return from.places.flatMap((source) =>
        targets.flatMap((target) => {
          if (source.endpoint !== undefined || source === target) return [];
          const ports = briefText(matrix.cell(source, target));
          return ports === '' ? [] : [{ from, source, to, target, ports }];
        }),
      );
    }),
  );
}

/** An arrow for each way between two networks, or for each two networks where the ways are too many. */
export function arrowsOf(ways: readonly Way[]): { arrows: Arrow[]; whole: boolean } {
  const between = ways.filter(({ from, to }) => from !== to);
  if (between.length <= mostArrows) {
    const arrows = between.map(({ from, source, to, target, ports }) => ({
      ...{ from, source, to, target },
      label: ports,
      words: `${source.name} to ${target.name}: ${ports}`,
    }));
    return { arrows, whole: false };
  }
  const pairs = new Map<string, Way[]>();
  for (const way of between) {
    const key = JSON.stringify([way.from.title, way.to.title]);
    pairs.set(key, [...(pairs.get(key) ?? []), way]);
  }
  const arrows = [...pairs.values()].flatMap((alike): Arrow[] => {
    const [first] = alike;
    if (first === undefined) return [];
    const { from, to } = first;
    const ports = [...new Set(alike.map((way) => way.ports))];
    const count = alike.length === 1 ? '1 way' : `${alike.length} ways`;
    const label = ports.length === 1 ? `${ports[0]} (${count})` : count;
    const words = `${from.title} to ${to.title}: ${count}, on ${ports.join('; ')}`;
    return [{ from, to, label, words }];
  });
  return { arrows, whole: true };
}
