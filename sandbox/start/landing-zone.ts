import { randomUUID } from 'node:crypto';
import { request } from 'node:https';
import type { Sandbox } from '../azure/sandbox.ts';
import type { Connection } from '../pipelines/run/connections.ts';
import type { ExampleSetup } from './example.ts';

interface Call {
  readonly url: string;
  readonly method: 'POST' | 'PUT';
  readonly headers: Record<string, string>;
  readonly body: string;
  readonly ca: string;
}

/** One HTTPS request under the sandbox's authority; throws for anything but success. */
function call({ url, method, headers, body, ca }: Call): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers, ca }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (text += chunk));
      response.on('end', () => {
        const status = response.statusCode ?? 0;
        if (status >= 200 && status < 300) resolve(JSON.parse(text));
        else reject(new Error(`${method} ${url}: ${String(status)} ${text}`));
      });
      response.on('error', reject);
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

async function ownerToken({ info, authority }: Sandbox): Promise<string> {
  const answer = (await call({
    url: `${info.authority.replace(/\/$/, '')}/${info.tenantId}/oauth2/v2.0/token`,
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: info.clientId,
      client_secret: info.clientSecret,
      scope: `${info.arm.replace(/\/$/, '')}/.default`,
    }).toString(),
    ca: authority.caPem,
  })) as { access_token: string };
  return answer.access_token;
}

/**
 * Makes what a landing zone hands to the teams before any pipeline runs: resource groups, identities with
 * federated credentials, and their rights. Returns the service connections of the project.
 */
export async function handOver(sandbox: Sandbox, setup: ExampleSetup): Promise<Connection[]> {
  const token = await ownerToken(sandbox);
  const arm = sandbox.info.arm.replace(/\/$/, '');
  for (const { subscription, name, location } of setup.resourceGroups) {
    await call({
      url: `${arm}/subscriptions/${subscription}/resourceGroups/${name}?api-version=2021-04-01`,
      method: 'PUT',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ location }),
      ca: sandbox.authority.caPem,
    });
  }
  return setup.connections.map(({ name, subscription, roles }) => {
    const application = sandbox.entra.addApplication({
      name,
      federated: [{ issuer: sandbox.devops.issuer, subject: sandbox.devops.subjectOf(name) }],
    });
    for (const { role, scope } of roles) {
      sandbox.arm.assignRole(application.objectId, role, scope);
    }
    return {
      id: randomUUID(),
      name,
      url: sandbox.info.arm,
      scheme: 'WorkloadIdentityFederation',
      parameters: { tenantid: sandbox.info.tenantId, serviceprincipalid: application.clientId },
      data: {
        environment: 'AzureCloud',
        scopeLevel: 'Subscription',
        subscriptionId: subscription,
        resourceManagerUrl: sandbox.info.arm,
        environmentAuthorityUrl: sandbox.info.authority,
        activeDirectoryServiceEndpointResourceId: sandbox.info.arm,
      },
    };
  });
}
