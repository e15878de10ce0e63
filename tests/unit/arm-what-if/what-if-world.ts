import assert from 'node:assert/strict';
import { owner, type Answer, type World } from '../arm/arm-world.ts';
import { deploy } from '../arm/deployments.ts';
import { at, type Shown } from '../arm/templates.ts';

export interface Change {
  resourceId: string;
  changeType: string;
  unsupportedReason?: string;
  before?: Shown;
  after?: Shown;
  delta?: Shown[];
}

/** Asks for a prediction and polls it to its end. */
export async function ask(
  world: World,
  scope: string,
  content: Shown,
  as = owner,
): Promise<Answer> {
  const path = at(scope, 'w', '/whatIf');
  const started = await world.ask('POST', path, { body: content, as });
  return started.status === 202 ? world.follow(started, as) : started;
}

/** `properties` of a prediction that succeeded. */
export async function predicted(
  world: World,
  scope: string,
  content: Shown,
): Promise<{ changes: Change[]; diagnostics?: Shown[] }> {
  const answer = await ask(world, scope, content);
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
  assert.equal(answer.body['status'], 'Succeeded', JSON.stringify(answer.body));
  return answer.body['properties'] as { changes: Change[] };
}

export async function changes(world: World, scope: string, content: Shown): Promise<Change[]> {
  return (await predicted(world, scope, content)).changes;
}

/** Each change as `Type name`, names from the provider on. */
export function short(found: readonly Change[]): string[] {
  return found.map(({ changeType, resourceId }) => {
    const [, name = resourceId] = /\/providers\/(?!.*\/providers\/)(.+)$/.exec(resourceId) ?? [];
    return `${changeType} ${name}`;
  });
}

/** Deploys and requires that it succeeds. */
export async function deployed(world: World, scope: string, content: Shown): Promise<Shown> {
  const ended = await deploy(world, at(scope, 'd'), content);
  assert.equal(ended['provisioningState'], 'Succeeded', JSON.stringify(ended['error']));
  return ended;
}

/** A private DNS zone in a template. */
export const zone = (name: string, more: Shown = {}): Shown => ({
  type: 'Microsoft.Network/privateDnsZones',
  apiVersion: '2024-06-01',
  name,
  location: 'global',
  ...more,
});

/** The body of a deployment in Complete mode. */
export const complete = (template: Shown): Shown => ({
  properties: { mode: 'Complete', template, parameters: {} },
});
