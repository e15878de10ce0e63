import type { Platform } from '../platform.ts';

/** What is wanted of a source that may hold more. */
export interface SourceWish {
  /** Name or digest of the image, where the source holds several. */
  readonly image?: string;
  /** Empty: all that there are. */
  readonly platforms: readonly Platform[];
  /** Whether signatures, attestations and SBOMs come along. */
  readonly referrers: boolean;
}

/** The one image of a source, whole. */
export const everything: SourceWish = { platforms: [], referrers: true };
