import { type Answer, type World, errorOf, net, stamp } from './arm-world.ts';
import { template, type Shown } from './templates.ts';

/** Path of a stack, or of an action on it. */
export const stackAt = (scope: string, name: string, verb = '', version = '2024-03-01'): string =>
  `${scope}/providers/Microsoft.Resources/deploymentStacks/${name}${verb}?api-version=${version}`;

/** Path of the stack that most tests work on. */
export const stackOf = stackAt(stamp, 'st');

/** A resource for a stack to manage: it needs no other. */
export const table = (name: string, more: Shown = {}): Shown => ({
  type: 'Microsoft.Network/routeTables',
  apiVersion: '2024-05-01',
  name,
  location: 'westeurope',
  ...more,
});

/** A template of these. */
export const tables = (...names: string[]): Shown => template(names.map((name) => table(name)));

/** Id of one of them in the stamp's group. */
export const tableId = (name: string): string =>
  `${stamp}/providers/Microsoft.Network/routeTables/${name}`;

/** Whether one of them is in the stamp's group. */
export const hasTable = async (world: World, name: string): Promise<boolean> =>
  (await world.ask('GET', net(stamp, `routeTables/${name}`))).status === 200;

/** Path of a stack's what-if result. */
export const whatIfAt = (scope: string, name: string, verb = ''): string =>
  `${scope}/providers/Microsoft.Resources/deploymentStacksWhatIfResults/${name}${verb}?api-version=2025-07-01`;

/** Deletes what it manages no longer, groups included. */
export const deleteAll = { resources: 'delete', resourceGroups: 'delete' };

/** The body of a stack's PUT or validate. */
export const stackBody = (inner: Shown, more: Shown = {}, envelope: Shown = {}): Shown => ({
  ...envelope,
  properties: {
    template: inner,
    parameters: {},
    actionOnUnmanage: { resources: 'detach' },
    denySettings: { mode: 'none' },
    ...more,
  },
});

/** Polls until an operation of a stack has ended; the last answer. */
export async function followStack(world: World, answer: Answer): Promise<Answer> {
  const status = answer.headers['azure-asyncoperation'];
  const location = answer.headers.location;
  for (;;) {
    const now = await world.ask('GET', String(status ?? location));
    const state = String(now.body['status']);
    if (status === undefined ? now.status !== 202 : /^(succeeded|failed|canceled)$/i.test(state)) {
      return now;
    }
  }
}

/** Makes or changes a stack; its properties when that has ended. */
export async function putStack(world: World, path: string, body: Shown): Promise<Shown> {
  const started = await world.ask('PUT', path, { body });
  if (started.status >= 300) throw new Error(JSON.stringify(errorOf(started)));
  await followStack(world, started);
  return world.properties(path);
}

/** The last names of resources in a list of a stack. */
export const namesIn = (list: unknown): string[] =>
  (list as { id: string }[]).map(({ id }) => id.split('/').pop() ?? '');
