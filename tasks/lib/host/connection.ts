import type { ServiceConnection } from '../azure/connection.ts';
import type { AgentPort } from './agent-port.ts';

export type Report = (problem: string) => void;

interface CloudEndpoints {
  readonly authority: string;
  readonly audience: string;
}

// The service fills these fields in by the connection's `environment`; connections made through its REST
// API may lack them. https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud
const clouds: Readonly<Record<string, CloudEndpoints>> = {
  AzureCloud: {
    authority: 'https://login.microsoftonline.com',
    audience: 'https://management.core.windows.net/',
  },
  AzureUSGovernment: {
    authority: 'https://login.microsoftonline.us',
    audience: 'https://management.core.usgovcloudapi.net/',
  },
  AzureChinaCloud: {
    authority: 'https://login.chinacloudapi.cn',
    audience: 'https://management.core.chinacloudapi.cn/',
  },
};

// https://learn.microsoft.com/azure/devops/pipelines/library/connect-to-azure
const schemes: readonly ServiceConnection['scheme'][] = [
  'WorkloadIdentityFederation',
  'ServicePrincipal',
  'ManagedServiceIdentity',
];

function isScheme(text: string): text is ServiceConnection['scheme'] {
  return schemes.some((scheme) => scheme === text);
}

/** The sign-in service and audience of a cloud that a connection names in `environment`. */
export function cloudEndpoints(environment: string): CloudEndpoints | undefined {
  return clouds[environment];
}

const guid = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;
/** Tenants also go by domain name; anything that could change the path of the sign-in URL is refused. */
const tenant = /^[0-9a-z](?:[0-9a-z.-]*[0-9a-z])?$/i;

/** Parses a URL that tokens are sent to; reports anything but plain https. */
function httpsOrigin(
  value: string | undefined,
  what: string,
  report: Report,
): { origin: string; host: string } | undefined {
  const allowed = 'an https URL without credentials';
  if (value === undefined) {
    report(`lacks ${what}; allowed: ${allowed}.`);
    return undefined;
  }
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url?.protocol !== 'https:' || url.username !== '' || url.password !== '') {
    const shown = url ? `${url.protocol}//${url.host}` : 'not a URL';
    report(`has ${what} ${shown}; allowed: ${allowed}.`);
    return undefined;
  }
  return { origin: url.origin, host: url.host };
}

/** The sign-in service's origin: the tenant follows it, so a path has no place in it. */
function authorityOf(value: string | undefined, report: Report): string | undefined {
  const parsed = httpsOrigin(value, 'a sign-in service (environmentAuthorityUrl)', report);
  // The name of before 2018; its metadata names the new issuer, which a strict client then refuses.
  return parsed?.origin.replace('//login.windows.net', '//login.microsoftonline.com');
}

function readFederation(
  port: AgentPort,
  report: Report,
): NonNullable<ServiceConnection['federation']> | undefined {
  const requestUri = port.variable('System.OidcRequestUri');
  const accessToken = port.endpointParameter('SYSTEMVSSCONNECTION', 'AccessToken');
  if (requestUri === undefined) {
    report(
      'uses workload identity federation, but the agent gave no SYSTEM_OIDCREQUESTURI; ' +
        'allowed: a pipeline job whose agent supports it.',
    );
  }
  if (accessToken === undefined) {
    report(
      'uses workload identity federation, but the agent gave no job token ' +
        '(AccessToken of SystemVssConnection).',
    );
  }
  if (requestUri === undefined || accessToken === undefined) return undefined;
  const parsed = httpsOrigin(requestUri, 'an assertion service (SYSTEM_OIDCREQUESTURI)', report);
  if (!parsed) return undefined;
  const collection =
    port.variable('System.CollectionUri') ?? port.variable('System.TeamFoundationCollectionUri');
  // The job token may do all that the job may do, so it goes to the service that issued it and nowhere else.
  if (collection !== undefined) {
    const host = URL.canParse(collection) ? new URL(collection).host : undefined;
    if (host !== parsed.host) {
      report(
        `has an assertion service on host ${parsed.host}; allowed: the host of the collection, ` +
          `${host ?? 'which is not a URL'}.`,
      );
      return undefined;
    }
  }
  return { requestUri, accessToken };
}

/** How the identity proves itself. */
type Proof = Pick<ServiceConnection, 'secret' | 'certificate' | 'federation'>;

function readProof(
  port: AgentPort,
  id: string,
  scheme: ServiceConnection['scheme'],
  report: Report,
): Proof {
  // The machine vouches for its own identity.
  if (scheme === 'ManagedServiceIdentity') return {};
  if (scheme === 'WorkloadIdentityFederation') {
    const federation = readFederation(port, report);
    return federation === undefined ? {} : { federation };
  }
  const kind = port.endpointParameter(id, 'authenticationType') ?? 'spnKey';
  switch (kind.toLowerCase()) {
    case 'spnkey': {
      const secret = port.endpointParameter(id, 'serviceprincipalkey');
      if (secret === undefined) report('lacks its secret (serviceprincipalkey).');
      return secret === undefined ? {} : { secret };
    }
    case 'spncertificate':
      return readCertificate(port.endpointParameter(id, 'servicePrincipalCertificate'), report);
    default:
      report(
        `authenticates by ${kind}; allowed: a client secret, a certificate, or workload identity federation.`,
      );
      return {};
  }
}

function readCertificate(certificate: string | undefined, report: Report): Proof {
  if (certificate === undefined) {
    report('lacks its certificate (servicePrincipalCertificate).');
    return {};
  }
  const has = (label: RegExp) =>
    new RegExp(`-----BEGIN ${label.source}-----[^]+-----END ${label.source}-----`).test(
      certificate,
    );
  if (has(/ENCRYPTED PRIVATE KEY/)) {
    report('has a certificate whose private key needs a password; allowed: PEM without one.');
  } else if (!has(/CERTIFICATE/) || !has(/(?:RSA )?PRIVATE KEY/)) {
    report('has no certificate with a private key; allowed: PEM that holds both.');
  }
  return { certificate };
}

/**
 * Reads an Azure Resource Manager connection from the agent's endpoint. Reports every problem and returns
 * undefined then. Messages never hold a secret.
 */
export function readConnection(
  port: AgentPort,
  id: string,
  report: Report,
): ServiceConnection | undefined {
  const scheme = port.endpointScheme(id);
  if (scheme === undefined) {
    report(
      `is ${JSON.stringify(id)}, which is no service connection of this job; ` +
        'allowed: an Azure Resource Manager connection that the pipeline may use.',
    );
    return undefined;
  }
  if (!isScheme(scheme)) {
    report(`has the scheme ${scheme}; allowed: ${schemes.join(', ')}.`);
    return undefined;
  }
  let problems = 0;
  const note: Report = (problem) => {
    problems += 1;
    report(problem);
  };
  const cloud = clouds[port.endpointData(id, 'environment') ?? 'AzureCloud'];
  const manager = httpsOrigin(
    port.endpointData(id, 'resourceManagerUrl') ?? port.endpointUrl(id),
    'a Resource Manager address (URL)',
    note,
  );
  const authorityUrl = authorityOf(
    port.endpointData(id, 'environmentAuthorityUrl') ?? cloud?.authority,
    note,
  );
  const audience =
    port.endpointData(id, 'activeDirectoryServiceEndpointResourceId') ?? cloud?.audience;
  if (audience === undefined) {
    note('lacks the audience of its tokens (activeDirectoryServiceEndpointResourceId).');
  }
  const tenantId = port.endpointParameter(id, 'tenantid');
  if (tenantId === undefined || !tenant.test(tenantId)) {
    note(
      tenantId === undefined
        ? 'lacks its tenant (tenantid).'
        : 'has a tenant (tenantid) that is neither a GUID nor a domain name.',
    );
  }
  const clientId = port.endpointParameter(id, 'serviceprincipalid');
  // A managed identity without a client id is the one that the machine has by itself.
  const needsClient = scheme !== 'ManagedServiceIdentity';
  if (clientId === undefined ? needsClient : !guid.test(clientId)) {
    note(
      `${clientId === undefined ? 'lacks its' : 'has no GUID as'} client id (serviceprincipalid).`,
    );
  }
  const proof = readProof(port, id, scheme, note);
  if (problems > 0 || !manager || !authorityUrl || !audience || !tenantId) return undefined;
  const subscriptionId = port.endpointData(id, 'subscriptionId');
  return {
    id,
    scheme,
    resourceManagerUrl: manager.origin,
    authorityUrl,
    audience,
    tenantId,
    ...(clientId === undefined ? {} : { clientId }),
    ...(subscriptionId === undefined ? {} : { subscriptionId }),
    ...proof,
  };
}
