import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import type { Context } from 'mocha';

/**
 * Path of a program from the system's packages. Where it is missing the suite is skipped with a notice; with
 * SPOKELINE_REQUIRE_TOOLS=1, as in the checks before a release, it fails.
 */
export async function findTool(suite: Context, name: string): Promise<string> {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter).filter((f) => f !== '')) {
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
