import { SpokelineError } from '../errors.ts';
import { isRecord } from './descriptor.ts';
import { refusal } from './failure.ts';
import type { RegistryResponse } from './http.ts';
import type { Manifest } from './image.ts';
import { parseJson } from './json.ts';
import { referrersTag } from './referrer-tags.ts';
import type { RegistrySession } from './session.ts';

const indexType = 'application/vnd.oci.image.index.v1+json';
const manifestLimit = 4 * 1024 * 1024;
/** Writers of one list who come in between so many times in a row do so forever. */
const tries = 8;

export interface ListTarget {
  readonly session: RegistrySession;
  readonly repository: string;
  readonly signal: AbortSignal;
}

/**
 * Sees to it that manifests are found through what they are about. Registries with a referrers API
 * do that by themselves; for others the client keeps a list under the tag `sha256-<hex>`.
 * https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pushing-manifests-with-subject
 *
 * @param answered whether the registry answered a manifest with OCI-Subject; undefined: none was
 *   sent, so it is asked
 * @returns whether a list had to be written
 * @throws SpokelineError REGISTRY_REQUEST, REGISTRY_AUTH
 */
export async function keepReferrerLists(
  target: ListTarget,
  manifests: readonly Manifest[],
  answered: boolean | undefined,
): Promise<boolean> {
  if (answered === true) return false;
  const bySubject = new Map<string, Manifest[]>();
  for (const manifest of manifests) {
    const subject = manifest.subject?.digest;
    if (subject === undefined) continue;
    bySubject.set(subject, [...(bySubject.get(subject) ?? []), manifest]);
  }
  let isWritten = false;
  for (const [subject, about] of bySubject) {
    if (answered === undefined && (await hasList(target, subject))) continue;
    if (await keepList(target, subject, about)) isWritten = true;
  }
  return isWritten;
}

/** Whether the registry has the referrers API. */
async function hasList(
  { session, repository, signal }: ListTarget,
  subject: string,
): Promise<boolean> {
  const path = `/v2/${repository}/referrers/${subject}`;
  const response = await session.send({ method: 'GET', target: path, signal }, { repeat: true });
  if (response.status === 200) return true;
  if (response.status === 404 || response.status === 405) return false;
  throw refusal(`GET of the referrers of ${subject}`, response, session.path);
}

/**
 * Adds what is not in the list, unless somebody else has changed it meanwhile: then again from the
 * start. It ends with having read what it wanted to write, since not every registry heeds the
 * conditions.
 */
async function keepList(
  target: ListTarget,
  subject: string,
  manifests: readonly Manifest[],
): Promise<boolean> {
  const { session } = target;
  for (let attempt = 1; attempt <= tries; attempt += 1) {
    const before = await readList(target, subject);
    const listed = new Set(before.entries.map((entry) => isRecord(entry) && entry['digest']));
    const missing = manifests.filter(({ digest }) => !listed.has(digest));
    if (missing.length === 0) return attempt > 1;
    const response = await writeList(target, subject, before, missing);
    // 412: changed since it was read.
    if (response.status !== 201 && response.status !== 412) {
      throw refusal(`PUT of the list of referrers of ${subject}`, response, session.path);
    }
    if (response.status === 412) await session.pause(attempt, target.signal);
  }
  throw new SpokelineError(
    'REGISTRY_REQUEST',
    `${session.path.loginServer}: the list of referrers of ${subject} is changed by others all the time`,
    { hint: 'The manifests are there, but not all are in that list yet; run again.' },
  );
}

interface List {
  readonly entries: readonly unknown[];
  /** Undefined: there is no list. Empty: there is one without an entity tag to go by. */
  readonly etag: string | undefined;
}

async function readList(
  { session, repository, signal }: ListTarget,
  subject: string,
): Promise<List> {
  const target = `/v2/${repository}/manifests/${referrersTag(subject)}`;
  const headers = { accept: indexType };
  const request = { method: 'GET' as const, target, headers, signal };
  const response = await session.send(request, { repeat: true });
  if (response.status === 404) return { entries: [], etag: undefined };
  const what = `the list of referrers of ${subject}`;
  if (response.status !== 200) throw refusal(`GET of ${what}`, response, session.path);
  const list = parseJson(response.body, () => undefined);
  const entries = isRecord(list) ? list['manifests'] : undefined;
  if (!Array.isArray(entries)) {
    throw new SpokelineError(
      'REGISTRY_REQUEST',
      `${session.path.loginServer} has something else than ${what} under its tag`,
      { hint: `Look at ${repository}:${referrersTag(subject)}; it is not overwritten.` },
    );
  }
  return { entries: entries as unknown[], etag: strongTag(response.headers['etag']) };
}

/** A weak one, as proxies make them, matches nothing: https://www.rfc-editor.org/rfc/rfc9110#section-13.1.1 */
function strongTag(etag: string | undefined): string {
  return etag === undefined || etag.startsWith('W/') ? '' : etag;
}

async function writeList(
  { session, repository, signal }: ListTarget,
  subject: string,
  { entries, etag }: List,
  missing: readonly Manifest[],
): Promise<RegistryResponse> {
  const manifests = [...entries, ...missing.map(listEntry)];
  const body = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: indexType, manifests }));
  if (body.length > manifestLimit) {
    const message = `The list of referrers of ${subject} would have ${body.length} bytes; at most ${manifestLimit} can be stored`;
    throw new SpokelineError('IMAGE_TOO_LARGE', message);
  }
  const condition: Record<string, string> =
    etag === undefined ? { 'if-none-match': '*' } : etag === '' ? {} : { 'if-match': etag };
  const headers = {
    'content-type': indexType,
    'content-length': String(body.length),
    ...condition,
  };
  const target = `/v2/${repository}/manifests/${referrersTag(subject)}`;
  return session.send({ method: 'PUT', target, headers, body, signal }, { repeat: true });
}

/** A manifest in a list of referrers. */
function listEntry(manifest: Manifest): unknown {
  const { mediaType, size, digest, artifactType, annotations } = manifest;
  return {
    mediaType,
    size,
    digest,
    ...(artifactType === undefined ? {} : { artifactType }),
    ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
  };
}
