import { canonicalId } from '../canonical-id.ts';
import type { Call, Reply } from '../call.ts';
import { ArmError } from '../errors.ts';
import { segmentsOf, typeOf, type ResourceId } from '../ids.ts';
import type { Resource } from '../store.ts';
import { recordTypes } from '../types/private-dns/records.ts';

/** Record sets a page, unless the client asks for fewer or more. */
const defaultTop = 100;

/** All record sets of a private zone: `…/ALL`; undefined if the path is no zone's. */
export function recordSetsOf(call: Call, raw: ResourceId): Reply | undefined {
  if (raw.types[0]?.toLowerCase() !== 'privatednszones' || raw.types.length !== 2) return undefined;
  const { access, resources, store } = call.manager;
  const id = canonicalId(call.manager, `/${segmentsOf(raw.id).slice(0, -1).join('/')}`);
  access.require(call.principal, `${typeOf(id)}/ALL/read`, id.id);
  const zone = resources.get(id, call.apiVersion, call.principal);
  return paged(
    call,
    recordTypes.flatMap(({ type }) => store.list(type, zone.id)),
  );
}

/** One page of a list, with `nextLink` if more follow; record sets always come in pages. */
export function paged(call: Call, all: readonly Resource[]): Reply {
  const { query } = call;
  const suffix = query.get('$recordsetnamesuffix')?.toLowerCase() ?? '';
  const wanted = all.filter(({ name }) => suffix === '' || name.toLowerCase().endsWith(suffix));
  const records = wanted.some(({ type }) => recordTypes.some((known) => known.type === type));
  const top = Number(query.get('$top') ?? (records ? defaultTop : wanted.length || 1));
  const skip = Number(query.get('$skipToken') ?? query.get('$skiptoken') ?? 0);
  if (!Number.isInteger(top) || top < 1 || !Number.isInteger(skip) || skip < 0) {
    throw new ArmError(
      400,
      'InvalidTop',
      `The query parameters $top and $skipToken must be whole numbers.`,
    );
  }
  const value = wanted.slice(skip, skip + top).map((r) => call.manager.resources.show(r));
  if (skip + top >= wanted.length) return { status: 200, body: { value } };
  const next = new URLSearchParams(query);
  next.delete('$skiptoken');
  next.set('$skipToken', String(skip + top));
  return { status: 200, body: { value, nextLink: `${call.base}${call.path}?${next.toString()}` } };
}
