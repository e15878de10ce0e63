/**
 * Writes the code cache of a packaged task for the Node that runs this: `node scripts/code-cache.mjs FOLDER`, where
 * program.js is. tasks/lib/host/entry.cjs reads it; docs/adr/0007 says why.
 */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { Script } from 'node:vm';

const folder = process.argv[2] ?? '.';
const filename = join(folder, 'program.js');
// All functions, not only those that run at once. The flags are part of the cache: as they were, or it is refused.
setFlagsFromString('--no-lazy');
const script = new Script(readFileSync(filename, 'utf8'), { filename });
setFlagsFromString('--lazy');
const code = script.createCachedData();
const sum = createHash('sha256').update(code).digest();
const { platform, arch, versions } = process;
const name = `program.${platform}-${arch}-${versions.v8}.cache`;
writeFileSync(join(folder, name), Buffer.concat([sum, code]));
