import type { Deployment } from '@azure/arm-resources';
import type { Content } from '../deploy/port.ts';
import { scopePath, type DeploymentScope } from '../deploy/scope.ts';
import { SpokelineError } from '../errors.ts';

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
      parameters: { ...content.parameters } as NonNullable<Deployment['properties']['parameters']>,
    },
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
