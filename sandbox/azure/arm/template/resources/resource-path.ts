/** 'Microsoft.Network/virtualNetworks/subnets' -> ['virtualNetworks', 'subnets']. */
export function typeSegments(type: string): string[] {
  return type.split('/').slice(1);
}

/**
 * The id of a resource below `base` ('' for the tenant). Resource groups have an id of their own
 * kind; types such as 'Microsoft.X/y/providers/z' give '.../y/name/providers/Microsoft.Z/z/name',
 * because their names do the same.
 */
export function resourcePath(base: string, type: string, names: readonly string[]): string {
  const kinds = typeSegments(type);
  if (
    /^microsoft\.resources\/resourcegroups$/i.test(type) &&
    /^\/subscriptions\/[^/]+$/i.test(base)
  ) {
    return `${base}/resourceGroups/${names[0] ?? ''}`;
  }
  if (/^microsoft\.resources\/subscriptions$/i.test(type) && base === '') {
    return `/subscriptions/${names[0] ?? ''}`;
  }
  const pairs = kinds.map((kind, i) => `${kind}/${names[i] ?? ''}`);
  return `${base}/providers/${type.split('/')[0] ?? ''}/${pairs.join('/')}`;
}
