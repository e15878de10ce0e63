import { describeFuzz } from './archive-fuzz.ts';

describeFuzz(300, 1, 120_000);
