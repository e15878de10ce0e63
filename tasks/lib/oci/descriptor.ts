/** A reference to content by digest, as OCI documents have them. */
export interface Descriptor {
  readonly mediaType: string;
  /** `sha256:` and 64 lower-case hex digits. */
  readonly digest: string;
  /** Bytes. */
  readonly size: number;
}

/** Called with one sentence for each thing that is wrong. */
export type Problem = (message: string) => void;

/** Whether a JSON value is an object, not an array and not null. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Reads one descriptor. The digest becomes part of a file path and of a URL, so nothing but the
 * exact form of a sha256 digest is let through.
 *
 * @returns undefined when something is wrong; each fault went to `problem`.
 */
export function readDescriptor(value: unknown, problem: Problem): Descriptor | undefined {
  if (!isRecord(value)) {
    problem('is not an object');
    return undefined;
  }
  const { mediaType, digest, size } = value;
  const before = { ok: true };
  const wrong = (message: string): void => {
    before.ok = false;
    problem(message);
  };
  if (typeof mediaType !== 'string') wrong('has no mediaType');
  if (typeof digest !== 'string') wrong('has no digest');
  else if (!isDigest(digest)) wrong(digestFault(digest));
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) {
    wrong(`has the size ${JSON.stringify(size)}; it must be a whole number of bytes`);
  }
  if (!before.ok) return undefined;
  return { mediaType: mediaType as string, digest: digest as string, size: size as number };
}

function isDigest(text: string): boolean {
  return /^sha256:[a-f0-9]{64}$/.test(text);
}

function digestFault(digest: string): string {
  const algorithm = /^([A-Za-z0-9_+.-]+):/.exec(digest)?.[1];
  if (algorithm !== undefined && algorithm !== 'sha256') {
    return `uses the digest algorithm ${algorithm}; only sha256 is supported`;
  }
  return `has the digest ${JSON.stringify(digest)}; it must be sha256: and 64 lower-case hex digits`;
}
