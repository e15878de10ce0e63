import type { Deployment } from '@azure/arm-resources';
import { createHttpHeaders, type PipelineRequest } from '@azure/core-rest-pipeline';
import type { Content } from '../deploy/port.ts';
import { scopePath, type DeploymentScope } from '../deploy/scope.ts';
import { SpokelineError } from '../errors.ts';
import { hasLongNumber, writeExact } from '../net/exact-json.ts';

/** Where a deployment goes. */
export interface DeploymentTarget {
  readonly scope: DeploymentScope;
  readonly name: string;
}

/** Portal of each cloud, by the host of its Resource Manager. */
const portals: Readonly<Record<string, string>> = {
  'management.azure.com': 'https://portal.azure.com',
  'management.usgovcloudapi.net': 'https://portal.azure.us',
  'management.chinacloudapi.cn': 'https://portal.azure.cn',
};

/** Resource id of a deployment. */
export function idOf({ scope, name }: DeploymentTarget): string {
  return `${scopePath(scope)}/providers/Microsoft.Resources/deployments/${name}`;
}

/** Page of a deployment; undefined for a cloud whose portal is not known. */
export function portalLinkOf(endpoint: string, id: string): string | undefined {
  const portal = portals[new URL(endpoint).host];
  const blade = '#view/HubsExtension/DeploymentDetailsBlade/~/overview/id';
  return portal === undefined ? undefined : `${portal}/${blade}/${encodeURIComponent(id)}`;
}

/** Page of a resource; undefined for a cloud whose portal is not known, and for a text that is no id. */
export function resourceLinkOf(endpoint: string, id: string): string | undefined {
  const portal = portals[new URL(endpoint).host];
  if (portal === undefined || !/^\/subscriptions\/[^/?#]+\//i.test(id)) return undefined;
  return `${portal}/#resource${id.split('/').map(encodeURIComponent).join('/')}`;
}

/** A deployment as the SDK takes it. */
export function sdkBody(content: Content): Deployment {
  return {
    ...(content.location === undefined ? {} : { location: content.location }),
    tags: { ...content.tags },
    properties: {
      mode: 'Incremental',
      template: { ...content.template },
      ...parameterProperties(content),
    },
  };
}

type SdkParameters = NonNullable<Deployment['properties']['parameters']>;

/** Parameters, and what those ask for that Azure computes. */
function parameterProperties({ parameters }: Content): { parameters: SdkParameters } {
  const plain = Object.entries(parameters).map(([name, parameter]) => [
    name,
    'expression' in parameter ? { expression: parameter.expression } : parameter,
  ]);
  const own = { parameters: Object.fromEntries(plain) as SdkParameters };
  const inputs = externalInputsOf(parameters);
  if (inputs.length === 0) return own;
  const definitions = inputs.map(([name, { value: _, ...definition }]) => [name, definition]);
  const values = inputs.map(([name, { value }]) => [name, { value }]);
  const external: object = {
    externalInputDefinitions: Object.fromEntries(definitions),
    externalInputs: Object.fromEntries(values),
  };
  return { ...own, ...external };
}

function externalInputsOf(parameters: Content['parameters']) {
  return Object.values(parameters).flatMap((parameter) =>
    'expression' in parameter ? Object.entries(parameter.inputs) : [],
  );
}

/** The first version of the API that takes external inputs. */
const externalInputsVersion = '2025-04-01';

/**
 * The request for a content that the SDK would spoil: its models know an older version of the API, and it writes no
 * whole number beyond 2^53.
 * Undefined where the SDK will do.
 */
export function ownRequest(
  endpoint: string,
  id: string,
  content: Content,
  by: 'validate' | 'create',
  sdkVersion: string,
): Pick<PipelineRequest, 'url' | 'method' | 'body' | 'headers'> | undefined {
  const computed = externalInputsOf(content.parameters).length > 0;
  if (!computed && !hasLongNumber([content.template, content.parameters])) return undefined;
  const path = id.split('/').map(encodeURIComponent).join('/');
  const action = by === 'validate' ? '/validate' : '';
  return {
    url: `${endpoint}${path}${action}?api-version=${computed ? externalInputsVersion : sdkVersion}`,
    method: by === 'validate' ? 'POST' : 'PUT',
    body: writeExact(sdkBody(content)),
    headers: createHttpHeaders({ 'content-type': 'application/json' }),
  };
}

const scopes = [
  '/subscriptions/[^/?#]+(?:/resourceGroups/[^/?#]+)?',
  '/providers/Microsoft\\.Management/managementGroups/[^/?#]+',
];
const deploymentId = new RegExp(
  `^(?:${scopes.join('|')})?/providers/Microsoft\\.Resources/deployments/[^/?#]+$`,
  'i',
);

/** Whether an id that Azure gave is a deployment's, in any of the four scopes. */
export function isDeploymentId(id: string): boolean {
  return deploymentId.test(id);
}

/** An error without an answer: of the credential, of the certificate, of the run's end. */
export function unanswered(error: unknown): Error {
  if (error instanceof SpokelineError) return error;
  if (error instanceof Error && error.name === 'AbortError') return error;
  const text = error instanceof Error ? error.message : String(error);
  const signIn =
    error instanceof Error && /^(AuthenticationError|CredentialUnavailableError)/.test(error.name);
  return new SpokelineError(signIn ? 'AUTH_FAILED' : 'ARM_REQUEST', text, { cause: error });
}
