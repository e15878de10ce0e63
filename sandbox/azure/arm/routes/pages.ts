import type { Call, Reply } from '../call.ts';
import { ArmError } from '../errors.ts';

/**
 * One page of a list: `$top` items from `$skipToken` on, with `nextLink` if more follow.
 *
 * @param usual items a page where the client names no number
 * @throws ArmError InvalidTop when either is no whole number
 */
export function pageOf<Item>(
  call: Call,
  all: readonly Item[],
  show: (item: Item) => unknown,
  usual = Number.MAX_SAFE_INTEGER,
): Reply {
  const { query } = call;
  const top = Number(query.get('$top') ?? usual);
  const skip = Number(query.get('$skipToken') ?? query.get('$skiptoken') ?? 0);
  if (!Number.isInteger(top) || top < 1 || !Number.isInteger(skip) || skip < 0) {
    throw new ArmError(
      400,
      'InvalidTop',
      `The query parameters $top and $skipToken must be whole numbers.`,
    );
  }
  const value = all.slice(skip, skip + top).map(show);
  if (skip + top >= all.length) return { status: 200, body: { value } };
  const next = new URLSearchParams(query);
  next.delete('$skiptoken');
  next.set('$skipToken', String(skip + top));
  return { status: 200, body: { value, nextLink: `${call.base}${call.path}?${next.toString()}` } };
}

/** A filter that a list does not know: it is refused, for a filter that is ignored lies about what is there. */
export function invalidFilter(filter: string, why = ''): ArmError {
  return new ArmError(
    400,
    'InvalidFilterInQueryString',
    `Invalid $filter '${filter}' specified in the query string${why === '' ? '.' : `: ${why}`}`,
  );
}

/**
 * `tagName eq '…'`, with or without `and tagValue eq '…'`. Undefined for any other filter.
 * @see https://learn.microsoft.com/rest/api/resources/resource-groups/list
 */
export function tagFilter(
  filter: string,
): ((tagged: { tags?: Readonly<Record<string, string>> | undefined }) => boolean) | undefined {
  const tag = /^\s*tagName\s+eq\s+'([^']*)'(?:\s+and\s+tagValue\s+eq\s+'([^']*)')?\s*$/i.exec(
    filter,
  );
  if (tag === null) return undefined;
  const [, key = '', wanted] = tag;
  return ({ tags = {} }) =>
    Object.entries(tags).some(
      ([name, value]) =>
        name.toLowerCase() === key.toLowerCase() && (wanted === undefined || value === wanted),
    );
}
