import type { ErrorCode } from '../errors.ts';

/** A reference to content by digest, as OCI documents have them. */
export interface Descriptor {
  readonly mediaType: string;
  /** `sha256:` and 64 lower-case hex digits. */
  readonly digest: string;
  /** Bytes. */
  readonly size: number;
}

/** Called with one sentence for each thing that is wrong; the code is IMAGE_INVALID if left out. */
export type Problem = (message: string, code?: ErrorCode) => void;

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
  const wrong: Problem = (message, code) => {
    before.ok = false;
    problem(message, code);
  };
  if (typeof mediaType !== 'string') wrong('has no mediaType');
  if (typeof digest !== 'string') wrong('has no digest');
  else if (!isDigest(digest)) digestFault(digest, wrong);
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) {
    wrong(`has the size ${shown(size)}; it must be a whole number of bytes`);
  }
  if (!before.ok) return undefined;
  return { mediaType: mediaType as string, digest: digest as string, size: size as number };
}

/** A value in a message: whatever it is, it stays short. */
export function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 100 ? `${text.slice(0, 97)}...` : text;
}

/** Whether the text is exactly a sha256 digest: it becomes part of paths and URLs. */
export function isDigest(text: string): boolean {
  return /^sha256:[a-f0-9]{64}$/.test(text);
}

function digestFault(digest: string, problem: Problem): void {
  const algorithm = /^([A-Za-z0-9_+.-]{1,32}):/.exec(digest)?.[1];
  if (algorithm !== undefined && algorithm !== 'sha256') {
    const message = `uses the digest algorithm ${algorithm}; only sha256 is supported`;
    problem(message, 'IMAGE_ALGORITHM');
    return;
  }
  problem(`has the digest ${shown(digest)}; it must be sha256: and 64 lower-case hex digits`);
}
