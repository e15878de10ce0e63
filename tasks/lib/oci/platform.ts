import { isRecord } from './descriptor.ts';

/** What an image runs on, in the words of Go's GOOS and GOARCH. */
export interface Platform {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string;
}

const platformText = /^([a-z0-9]{1,32})\/([a-z0-9_]{1,32})(?:\/([a-z0-9.]{1,32}))?$/;

/** Variants that are meant where none is written. https://github.com/containerd/platforms */
const usualVariants: Readonly<Record<string, string>> = { amd64: 'v1', arm64: 'v8', arm: 'v7' };

/** What is wrong with a platform given as text; undefined if nothing is. */
export function platformFault(text: string): string | undefined {
  if (platformText.test(text)) return undefined;
  return 'must be os/architecture or os/architecture/variant, for example linux/amd64';
}

/** @throws RangeError for a text that `platformFault` objects to */
export function parsePlatform(text: string): Platform {
  const [, os, architecture, variant] = platformText.exec(text) ?? [];
  if (os === undefined || architecture === undefined) throw new RangeError(`"${text}"`);
  return { os, architecture, ...(variant === undefined ? {} : { variant }) };
}

/** The platform of an index's entry or of an image's configuration; nothing if it has none. */
export function readPlatform(value: unknown): { platform?: Platform } {
  if (!isRecord(value)) return {};
  const { os, architecture, variant } = value;
  if (typeof os !== 'string' || typeof architecture !== 'string') return {};
  const known = typeof variant === 'string' && variant !== '' ? { variant } : {};
  return { platform: { os, architecture, ...known } };
}

export function samePlatform(one: Platform, other: Platform): boolean {
  return (
    one.os === other.os &&
    one.architecture === other.architecture &&
    variantOf(one) === variantOf(other)
  );
}

export function platformName({ os, architecture, variant }: Platform): string {
  return [os, architecture, ...(variant === undefined ? [] : [variant])].join('/');
}

function variantOf({ architecture, variant }: Platform): string | undefined {
  // Some tools leave the letter out.
  return variant?.replace(/^\d/, 'v$&') ?? usualVariants[architecture];
}
