/** A tag that says by its name which manifest it is about. */
export interface DigestTag {
  readonly digest: string;
  /** What cosign keeps under it; undefined: the list of referrers of the tag schema. */
  readonly kind?: string;
}

/** Ends of cosign's tags. https://github.com/sigstore/cosign/blob/main/specs/SIGNATURE_SPEC.md */
export const tagKinds = ['sig', 'att', 'sbom'] as const;

const pattern = new RegExp(`^sha256-([a-f0-9]{64})(?:\\.(${tagKinds.join('|')}))?$`);

/** Reads a tag; undefined if its name is about no manifest. */
export function digestTag(tag: string): DigestTag | undefined {
  const [, hex, kind] = pattern.exec(tag) ?? [];
  if (hex === undefined) return undefined;
  return { digest: `sha256:${hex}`, ...(kind === undefined ? {} : { kind }) };
}

/**
 * The tag of a manifest's list of referrers, where the registry keeps none.
 * https://github.com/opencontainers/distribution-spec/blob/main/spec.md#referrers-tag-schema
 */
export function referrersTag(digest: string): string {
  return digest.replace(':', '-');
}
