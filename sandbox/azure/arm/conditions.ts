import { ArmError } from './errors.ts';
import type { Resource } from './store.ts';

/** ETag conditions. Only `*` means something in If-None-Match; other values are ignored, as in Azure DNS. */
export function checkConditions(
  existing: Resource | undefined,
  { ifMatch, ifNoneMatch }: { ifMatch?: string; ifNoneMatch?: string },
): void {
  const bare = (etag: string | undefined): string | undefined =>
    etag?.replace(/^W\//, '').replaceAll('"', '');
  const failed =
    (ifNoneMatch === '*' && existing !== undefined) ||
    (ifMatch !== undefined &&
      ifMatch !== '' &&
      (existing === undefined || (ifMatch !== '*' && bare(ifMatch) !== bare(existing.etag))));
  if (!failed) return;
  throw new ArmError(
    412,
    'PreconditionFailed',
    `The condition '${ifNoneMatch === '*' ? 'If-None-Match: *' : `If-Match: ${ifMatch ?? ''}`}' in the request was not satisfied. ` +
      `The current etag is '${existing?.etag ?? 'none'}'.`,
  );
}
