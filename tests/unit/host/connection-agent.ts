import { readConnection } from '../../../tasks/lib/host/connection.ts';
import { fakePort, type FakeAgent } from '../../support/host.ts';

export const id = '33333333-3333-4333-8333-333333333333';
export const tenantid = '11111111-1111-4111-8111-111111111111';
export const serviceprincipalid = '22222222-2222-4222-8222-222222222222';

/** What is other than in a connection that is in order. */
export interface Change {
  url?: string;
  scheme?: string;
  parameters?: Record<string, string>;
  data?: Record<string, string>;
  variables?: Record<string, string>;
  job?: Record<string, string>;
}

/** An agent whose job has one connection, in order but for the change. */
export function agent(scheme: 'secret' | 'federation', change: Change = {}): FakeAgent {
  const federated = scheme === 'federation';
  return {
    variables: {
      ...(federated
        ? {
            'System.OidcRequestUri': 'https://dev.azure.com/o/p/_apis/oidctoken',
            'System.CollectionUri': 'https://dev.azure.com/o/',
          }
        : {}),
      ...change.variables,
    },
    endpoints: {
      [id]: {
        url: change.url ?? 'https://management.azure.com/',
        scheme: change.scheme ?? (federated ? 'WorkloadIdentityFederation' : 'ServicePrincipal'),
        parameters: {
          tenantid,
          serviceprincipalid,
          ...(federated ? {} : { serviceprincipalkey: 'hunter2', authenticationType: 'spnKey' }),
          ...change.parameters,
        },
        data: {
          environment: 'AzureCloud',
          environmentAuthorityUrl: 'https://login.windows.net/',
          activeDirectoryServiceEndpointResourceId: 'https://management.core.windows.net/',
          subscriptionId: 'sub',
          ...change.data,
        },
      },
      SYSTEMVSSCONNECTION: { parameters: { AccessToken: 'job-token', ...change.job } },
    },
  };
}

/** The connection as the task reads it, and what it objects to. */
export function read(given: FakeAgent) {
  const problems: string[] = [];
  const value = readConnection(fakePort(given), id, (problem) => problems.push(problem));
  return { value, problems };
}

/** A block of PEM. */
export const pem = (label: string) => `-----BEGIN ${label}-----\nMIIB\n-----END ${label}-----\n`;
/** A connection with this as its certificate. */
export const byCertificate = (servicePrincipalCertificate: string): Change => ({
  parameters: {
    authenticationType: 'spnCertificate',
    serviceprincipalkey: '',
    servicePrincipalCertificate,
  },
});
