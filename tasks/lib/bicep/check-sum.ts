import { createHash } from 'node:crypto';
import { SpokelineError } from '../errors.ts';

/** A BICEP_CHECKSUM unless the bytes have this SHA-256. */
export function otherSum(
  bytes: Uint8Array,
  expected: string,
  what: string,
): SpokelineError | undefined {
  const actual = createHash('sha256').update(bytes).digest('hex');
  if (actual === expected.toLowerCase()) return undefined;
  return new SpokelineError(
    'BICEP_CHECKSUM',
    `${what} has the SHA-256 ${actual}, but bicepChecksum is ${expected.toLowerCase()}.`,
  );
}
