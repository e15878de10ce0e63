import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import type { Context } from 'mocha';

/** Where Debian keeps servers that are not on everybody's PATH. */
const elsewhere = ['/usr/sbin', '/usr/lib/postgresql/15/bin'];

/**
 * Path of a program from the system's packages. Where it is missing the suite is skipped with a notice; with
 * SPOKELINE_REQUIRE_TOOLS=1, as in the checks before a release, it fails.
 */
export async function findTool(suite: Context, name: string): Promise<string> {
  const path = (process.env['PATH'] ?? '').split(delimiter).filter((f) => f !== '');
  for (const folder of [...path, ...elsewhere]) {
    const file = join(folder, name);
    const found = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (found) return file;
  }
  if (process.env['SPOKELINE_REQUIRE_TOOLS'] === '1') {
    throw new Error(`${name} is not installed, and SPOKELINE_REQUIRE_TOOLS=1 wants it`);
  }
  console.log(`skipped: ${name} is not installed`);
  return suite.skip();
}
