/** An Azure Resource Manager service connection, as the agent hands it to the task. */
export interface ServiceConnection {
  /** The endpoint's id, a GUID. */
  readonly id: string;
  readonly scheme: 'WorkloadIdentityFederation' | 'ServicePrincipal' | 'ManagedServiceIdentity';
  /** Origin of Resource Manager without a trailing slash, for example `https://management.azure.com`. */
  readonly resourceManagerUrl: string;
  /** Origin of the sign-in service without a trailing slash, for example `https://login.microsoftonline.com`. */
  readonly authorityUrl: string;
  /** Audience of tokens for Resource Manager; its scope is `<audience>/.default`. */
  readonly audience: string;
  readonly tenantId: string;
  /** Absent only for the managed identity that the agent's machine has by itself. */
  readonly clientId?: string;
  readonly subscriptionId?: string;
  /** The client secret; only with the scheme ServicePrincipal. */
  readonly secret?: string;
  /** Certificate and private key, PEM, in the place of a secret. */
  readonly certificate?: string;
  /** Where to get an assertion for each sign-in; only with the scheme WorkloadIdentityFederation. */
  readonly federation?: { readonly requestUri: string; readonly accessToken: string };
}

/** The scope to ask a token for to call an API with this audience. */
export function scopeOf(audience: string): string {
  return `${audience.replace(/\/+$/, '')}/.default`;
}
