import { describeFuzz } from '../unit/oci/archive-fuzz.ts';

/** Another one each time before a release: SPOKELINE_FUZZ_SEED. */
const seed = Number(process.env['SPOKELINE_FUZZ_SEED'] ?? 2);

describeFuzz(10_000, seed, 10 * 60_000);
