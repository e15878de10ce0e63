import type { JsonWebKey } from 'node:crypto';
import { randomBytes, randomUUID, X509Certificate } from 'node:crypto';
import { checkCertificateAssertion } from './certificates.ts';
import { TokenError } from './errors.ts';
import { checkToken, readClaims } from './jwt.ts';

/** A federated credential: whose assertions about which subject are taken. */
export interface FederatedCredential {
  issuer: string;
  subject: string;
  audience?: string;
}

export interface ApplicationRequest {
  name: string;
  clientId?: string;
  secret?: string;
  federated?: readonly FederatedCredential[];
  /** PEM, without their keys. */
  certificates?: readonly string[];
}

/** An application with its service principal. */
export interface Application {
  name: string;
  clientId: string;
  objectId: string;
  secret: string | undefined;
  federated: readonly Required<FederatedCredential>[];
  certificates: readonly X509Certificate[];
}

const exchangeAudience = 'api://AzureADTokenExchange';

/** The applications of one tenant, and the issuers whose assertions it can verify. */
export class Directory {
  readonly #applications = new Map<string, Application>();
  readonly #issuers = new Map<string, JsonWebKey[]>();

  /** A secret is made up if no other credential is given. */
  add(request: ApplicationRequest): Application {
    const clientId = request.clientId ?? randomUUID();
    if (this.#applications.has(clientId.toLowerCase())) {
      throw new Error(`the tenant has an application ${clientId} already`);
    }
    const federated = (request.federated ?? []).map((credential) => ({
      ...credential,
      audience: credential.audience ?? exchangeAudience,
    }));
    const certificates = (request.certificates ?? []).map((pem) => new X509Certificate(pem));
    const none = federated.length === 0 && certificates.length === 0;
    const own = none ? randomBytes(30).toString('base64url') : undefined;
    const made: Application = {
      name: request.name,
      clientId,
      objectId: randomUUID(),
      secret: request.secret ?? own,
      federated,
      certificates,
    };
    this.#applications.set(clientId.toLowerCase(), made);
    return made;
  }

  trust(issuer: string, key: JsonWebKey): void {
    this.#issuers.set(issuer, [...(this.#issuers.get(issuer) ?? []), key]);
  }

  /** @throws TokenError AADSTS700016 */
  find(clientId: string, tenantId: string): Application {
    const found = this.#applications.get(clientId.toLowerCase());
    if (found !== undefined) return found;
    throw new TokenError(
      400,
      'unauthorized_client',
      700016,
      `Application with identifier '${clientId}' was not found in the directory '${tenantId}'.`,
    );
  }

  /** @throws TokenError AADSTS7000215 */
  checkSecret(application: Application, secret: string): void {
    if (application.secret !== undefined && application.secret === secret) return;
    throw new TokenError(
      401,
      'invalid_client',
      7000215,
      `Invalid client secret provided for app '${application.clientId}'.`,
    );
  }

  /**
   * @param audiences addresses of the token endpoint, for an assertion that the application signed itself
   * @throws TokenError AADSTS70021, 700023, 700024, 700027 or 1000502
   */
  checkAssertion(
    application: Application,
    assertion: string,
    audiences: readonly string[],
    nowSeconds: number,
  ): void {
    const read = readClaims(assertion);
    if (read === undefined) {
      throw new TokenError(401, 'invalid_client', 50027, 'JWT token is invalid or malformed.');
    }
    if (read.iss?.toLowerCase() === application.clientId.toLowerCase() && read.sub === read.iss) {
      checkCertificateAssertion(assertion, application.certificates, audiences, nowSeconds);
      return;
    }
    const credential = application.federated.find(
      ({ issuer, subject, audience }) =>
        issuer === read.iss && subject === read.sub && audience === read.aud,
    );
    if (credential === undefined) {
      throw new TokenError(
        400,
        'invalid_client',
        70021,
        'No matching federated identity record found for presented assertion. ' +
          `Assertion Issuer: '${read.iss ?? ''}'. Assertion Subject: '${read.sub ?? ''}'. ` +
          `Assertion Audience: '${read.aud ?? ''}'.`,
      );
    }
    const checked = checkToken(assertion, this.#issuers.get(credential.issuer) ?? [], nowSeconds);
    if ('claims' in checked) return;
    switch (checked.fault) {
      case 'expired':
      case 'early':
        throw new TokenError(
          401,
          'invalid_client',
          700024,
          'Client assertion is not within its valid time range.',
        );
      case 'signature':
      case 'malformed':
        throw new TokenError(
          401,
          'invalid_client',
          700027,
          'Client assertion failed signature validation.',
        );
      default:
        checked.fault satisfies never;
    }
  }
}
