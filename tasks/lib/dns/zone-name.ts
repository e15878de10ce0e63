import * as v from 'valibot';

/** Pattern of one label of a name; underscores are for services, as in `_sip._tcp`. */
export const label = '[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?';

/** A zone in a document. */
export const zoneName = v.pipe(
  v.string(),
  v.regex(new RegExp(`^${label}(?:\\.${label})+$`, 'i'), 'a zone such as corp.example'),
  v.toLowerCase(),
);

/** Says one problem of a declaration, as the end of a sentence that begins with the input's name. */
export type Report = (problem: string) => void;

/** https://learn.microsoft.com/azure/dns/private-dns-fallback: the policy is for privatelink zones only. */
export function isPrivateLink(zone: string): boolean {
  return /(?:^|\.)privatelink\./.test(zone);
}
