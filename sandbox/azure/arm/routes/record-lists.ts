import { canonicalId } from '../canonical-id.ts';
import type { Call, Reply } from '../call.ts';
import { segmentsOf, typeOf, type ResourceId } from '../ids.ts';
import type { Resource } from '../store.ts';
import { recordTypes } from '../types/private-dns/records.ts';
import { pageOf } from './pages.ts';

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
  const suffix = call.query.get('$recordsetnamesuffix')?.toLowerCase() ?? '';
  const wanted = all.filter(({ name }) => suffix === '' || name.toLowerCase().endsWith(suffix));
  const records = wanted.some(({ type }) => recordTypes.some((known) => known.type === type));
  return pageOf(
    call,
    wanted,
    (r) => call.manager.resources.show(r),
    records ? defaultTop : undefined,
  );
}
