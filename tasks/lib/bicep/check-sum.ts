import { createHash } from 'node:crypto';
import { SpokelineError } from '../errors.ts';

/** Throws BICEP_CHECKSUM unless the bytes have this SHA-256. */
export function checkSum(bytes: Uint8Array, expected: string, what: string): void {
  const actual = createHash('sha256').update(bytes).digest('hex');
  if (actual === expected.toLowerCase()) return;
  throw new SpokelineError(
    'BICEP_CHECKSUM',
    `${what} has the SHA-256 ${actual}, but bicepChecksum is ${expected.toLowerCase()}.`,
  );
}
