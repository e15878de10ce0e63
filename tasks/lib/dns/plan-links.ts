import type { LinkBody, WantedLink, Wish, ZoneLink, ZoneState } from './model.ts';
import { ownerKey } from './owner.ts';
import { sameId } from '../net/same-id.ts';

export type LinkStep =
  | { readonly kind: 'create'; readonly wanted: WantedLink }
  | { readonly kind: 'update'; readonly wanted: WantedLink; readonly actual: ZoneLink }
  | { readonly kind: 'keep'; readonly wanted: WantedLink; readonly actual: ZoneLink }
  /** The network resolves the zone by somebody else's link, which is left as it is. */
  | {
      readonly kind: 'foreign';
      readonly wanted: WantedLink;
      readonly actual: ZoneLink;
      /** What is not as we want it, but not ours to change. */
      readonly differs?: string;
    }
  /** The name is taken by a link of another network. */
  | { readonly kind: 'conflict'; readonly wanted: WantedLink; readonly actual: ZoneLink }
  | { readonly kind: 'remove'; readonly actual: ZoneLink };

/**
 * What has to happen to the links of one owner.
 *
 * @param usedZones where the owner keeps records, perhaps of another run: a link serves these, too
 */
export function linkStepsOf(
  wish: Wish,
  links: readonly ZoneLink[],
  usedZones: ReadonlySet<string>,
): LinkStep[] {
  return [
    ...wish.links.map((wanted) => decideLink(wanted, wish.owner, links)),
    ...(wish.linksComplete ? staleLinks(wish, links, usedZones) : []),
  ];
}

/** What has to happen to one wanted link, given the links that its zone has. */
export function decideLink(
  wanted: WantedLink,
  owner: string,
  links: readonly ZoneLink[],
): LinkStep {
  const inZone = links.filter((link) => link.zone === wanted.zone);
  // Azure allows one link of a zone with a network, whatever its name.
  const actual = inZone.find((link) => sameId(link.networkId, wanted.networkId));
  if (actual !== undefined) {
    const differs = differenceOf(wanted, actual);
    if (actual.tags[ownerKey] !== owner) {
      return { kind: 'foreign', wanted, actual, ...(differs === undefined ? {} : { differs }) };
    }
    const named = { ...wanted, name: actual.name };
    return { kind: differs === undefined ? 'keep' : 'update', wanted: named, actual };
  }
  const taken = inZone.find((link) => sameId(link.name, wanted.name));
  return taken === undefined
    ? { kind: 'create', wanted }
    : { kind: 'conflict', wanted, actual: taken };
}

/** Links that somebody else should have made. */
export function missingLinks(wish: Wish, state: ZoneState): Wish['expectedLinks'] {
  return wish.expectedLinks.filter(
    ({ zone, networkId }) =>
      state.zones.includes(zone) &&
      !state.links.some((link) => link.zone === zone && sameId(link.networkId, networkId)),
  );
}

/** The links there are when an owner's steps have been carried out. */
export function linksAfter(
  steps: readonly LinkStep[],
  owner: string,
  links: readonly ZoneLink[],
): readonly ZoneLink[] {
  const gone = new Set<ZoneLink>();
  const made: ZoneLink[] = [];
  for (const step of steps) {
    if (step.kind === 'update' || step.kind === 'remove') gone.add(step.actual);
    // An etag that nobody knows yet.
    if (step.kind === 'create') {
      made.push({ ...linkFor(step.wanted, owner), etag: '', planned: true });
    }
    if (step.kind === 'update') {
      made.push({ ...linkFor(step.wanted, owner, step.actual), etag: '' });
    }
  }
  return [...links.filter((link) => !gone.has(link)), ...made];
}

/** The link that fulfils a wish. */
export function linkFor(wanted: WantedLink, owner: string, actual?: ZoneLink): LinkBody {
  return { ...wanted, tags: { ...actual?.tags, [ownerKey]: owner } };
}

function differenceOf(wanted: WantedLink, actual: ZoneLink): string | undefined {
  const differences: string[] = [];
  if (wanted.fallback !== actual.fallback) {
    differences.push(`fallback to the internet is ${actual.fallback ? 'on' : 'off'}`);
  }
  if (wanted.registration !== actual.registration) {
    differences.push(`registration is ${actual.registration ? 'on' : 'off'}`);
  }
  return differences.length === 0 ? undefined : differences.join(', ');
}

function staleLinks(
  wish: Wish,
  links: readonly ZoneLink[],
  usedZones: ReadonlySet<string>,
): LinkStep[] {
  const wanted = [...wish.links, ...(wish.othersLinks ?? [])];
  const isWanted = (actual: ZoneLink) =>
    wanted.some((w) => w.zone === actual.zone && sameId(w.networkId, actual.networkId));
  // A zone that the run links to other networks is its business; another one only without records.
  const isOurs = ({ zone }: ZoneLink) =>
    wish.links.some((w) => w.zone === zone) || !usedZones.has(zone);
  return links
    .filter((actual) => actual.tags[ownerKey] === wish.owner)
    .filter((actual) => !isWanted(actual) && isOurs(actual))
    .map((actual) => ({ kind: 'remove', actual }));
}
