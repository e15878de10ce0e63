import assert from 'node:assert/strict';
import { owner, type World } from './arm-world.ts';
import type { Shown } from './templates.ts';

/**
 * Deploys to the end, whatever end.
 *
 * @param path of the deployment, with its api-version
 * @returns `properties` of the deployment
 */
export async function deploy(
  world: World,
  path: string,
  content: Shown,
  as: string = owner,
): Promise<Shown> {
  const started = await world.ask('PUT', path, { body: content, as });
  assert.ok(started.status < 300, JSON.stringify(started.body));
  await world.follow(started, as);
  const { body: ended } = await world.ask('GET', path, { as });
  return ended['properties'] as Shown;
}
