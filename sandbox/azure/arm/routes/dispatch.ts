import type { Call, Reply } from '../call.ts';
import { ArmError } from '../errors.ts';
import { deploymentRoute } from '../deployments/routes.ts';
import { stackRoute } from '../stacks/routes.ts';
import { groupRoutes } from './groups.ts';
import { lists } from './lists.ts';
import { operationRoute } from './operation-status.ts';
import { providerRoutes } from './providers.ts';
import { resourceRoute } from './resources.ts';

/** Parts of the path that a pattern names. */
export type Parts = Record<string, string>;

/** One fixed path: segments in lower case, `{name}` for any text. */
export interface Route {
  method: string;
  pattern: string;
  run(call: Call, parts: Parts): Reply | Promise<Reply>;
}

const routes: readonly Route[] = [...groupRoutes, ...lists, ...providerRoutes];

/** Finds who answers a request. @throws ArmError for a path that the service does not have */
export async function dispatch(call: Call): Promise<Reply> {
  const operation = operationRoute(call);
  if (operation !== undefined) return operation;
  const stack = stackRoute(call);
  if (stack !== undefined) return stack;
  const deployment = deploymentRoute(call);
  if (deployment !== undefined) return deployment;
  let known = false;
  for (const route of routes) {
    const parts = match(route.pattern, call.segments);
    if (parts === undefined) continue;
    known = true;
    if (route.method === call.method) return route.run(call, parts);
  }
  if (known) throw wrongMethod(call);
  return resourceRoute(call);
}

/** @returns the error for a method that a path does not take */
export function wrongMethod(call: Call): ArmError {
  return new ArmError(
    405,
    'MethodNotAllowed',
    `The request method '${call.method}' is not supported for '${call.path}'.`,
  );
}

function match(pattern: string, segments: readonly string[]): Parts | undefined {
  const wanted = pattern.split('/');
  if (wanted.length !== segments.length) return undefined;
  const parts: Parts = {};
  for (const [index, part] of wanted.entries()) {
    const given = segments[index] ?? '';
    if (part.startsWith('{')) parts[part.slice(1, -1)] = given;
    else if (part !== given.toLowerCase()) return undefined;
  }
  return parts;
}
