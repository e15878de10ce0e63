import { isObject } from '../../arm/template/json.ts';
import type { JsonObject, JsonValue } from '../../arm/template/json.ts';
import { NotDeployed, PartialEvaluation } from '../../arm/template/partial/partial-evaluation.ts';
import type { Facts } from '../../arm/template/partial/partial-evaluation.ts';
import type { DeploymentScope, PlannedOutput, TemplateHost } from '../../arm/template/types.ts';

/** What is said of where a snapshot's deployment would run; the rest stays an expression. */
export interface SnapshotMetadata {
  tenantId?: string;
  managementGroupId?: string;
  subscriptionId?: string;
  resourceGroup?: string;
  location?: string;
  deploymentName?: string;
}

/** A value for an `externalInput()` of the parameters file. */
export interface ExternalInputValue {
  kind: string;
  config?: JsonValue;
  value: JsonValue;
}

/** The outputs of the nested deployments so far, by id in lower case. */
export type KnownOutputs = Map<string, () => Record<string, PlannedOutput> | undefined>;

const at = 0;

/** Answers what is known before anything is deployed, and keeps the question where nothing is. */
export class World {
  readonly partial: PartialEvaluation;
  readonly outputs: KnownOutputs = new Map();
  /** Values of external inputs, by the names that the parameters file gives them. */
  readonly inputs = new Map<string, JsonValue>();
  readonly #metadata: SnapshotMetadata;

  constructor(metadata: SnapshotMetadata) {
    this.#metadata = metadata;
    // Each is another one at every deployment, or differs between clouds.
    const unknown = () => undefined;
    const facts: Facts = {
      deployer: unknown,
      environment: unknown,
      newguid: unknown,
      pickzones: unknown,
      providers: unknown,
      tenant: () => this.#tenant(),
      tologicalzone: unknown,
      tologicalzones: unknown,
      tophysicalzone: unknown,
      tophysicalzones: unknown,
      utcnow: unknown,
      externalinputs: ([name]) => this.inputs.get(String(name)),
    };
    this.partial = new PartialEvaluation(facts);
  }

  /** The host of a deployment; `root`: of the one that the snapshot is of. */
  host(scope: DeploymentScope, name: string, id: string, root: boolean): TemplateHost {
    const { location } = this.#metadata;
    const elsewhere = this.#property('deployment', 'location');
    const place = scope.kind === 'resourceGroup' ? undefined : root ? location : undefined;
    return {
      scope,
      deployment: {
        name,
        id,
        ...(scope.kind === 'resourceGroup' ? {} : { location: place ?? elsewhere }),
      },
      tenantId: this.#metadata.tenantId ?? this.#property('tenant', 'tenantId'),
      now: new Date(0),
      newGuid: () => '',
      environment: {},
      partial: this.partial,
      subscription: (subscriptionId) => this.#subscription(subscriptionId),
      resourceGroup: (subscriptionId, group) => this.#group(subscriptionId, group),
      reference: (resource, apiVersion) => {
        const outputs = this.outputs.get(resource.toLowerCase())?.();
        if (outputs === undefined) throw new NotDeployed(resource, apiVersion ?? '');
        return { id: resource, properties: { outputs, provisioningState: 'Succeeded' } };
      },
      listAction: (_, resource, apiVersion) => {
        throw new NotDeployed(resource, apiVersion);
      },
    };
  }

  /** The place of the deployment itself. */
  scope(kind: DeploymentScope['kind']): DeploymentScope {
    const {
      managementGroupId = this.#property('managementGroup', 'name'),
      subscriptionId = this.#property('subscription', 'subscriptionId'),
      resourceGroup = this.#property('resourceGroup', 'name'),
    } = this.#metadata;
    switch (kind) {
      case 'tenant':
        return { kind, id: '/' };
      case 'managementGroup':
        return {
          kind,
          id: `/providers/Microsoft.Management/managementGroups/${managementGroupId}`,
        };
      case 'subscription':
        return { kind, id: `/subscriptions/${subscriptionId}`, subscriptionId };
      case 'resourceGroup':
        return {
          kind,
          id: `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}`,
          subscriptionId,
          resourceGroup,
        };
    }
  }

  get deploymentName(): string {
    return this.#metadata.deploymentName ?? this.#property('deployment', 'name');
  }

  /** The parameters of a deployment, with a stand-in for each that comes from a vault. */
  givenParameters(parameters: JsonObject): JsonObject {
    const entries = Object.entries(parameters).map(([name, given]): [string, JsonValue] => {
      const fromVault = isObject(given) && given['reference'] !== undefined;
      return [name, fromVault ? { value: this.#parameter(name) } : given];
    });
    return Object.fromEntries(entries);
  }

  #parameter(name: string): string {
    const args = [{ kind: 'string' as const, value: name, at }];
    return this.partial.residues.token({ kind: 'call', name: 'parameters', args, at });
  }

  #property(of: string, name: string): string {
    const base = { kind: 'call' as const, name: of, args: [], at };
    return this.partial.residues.token({ kind: 'property', base, name, at });
  }

  #tenant(): JsonObject {
    const { tenantId } = this.#metadata;
    return {
      countryCode: this.#property('tenant', 'countryCode'),
      displayName: this.#property('tenant', 'displayName'),
      id: tenantId === undefined ? this.#property('tenant', 'id') : `/tenants/${tenantId}`,
      tenantId: tenantId ?? this.#property('tenant', 'tenantId'),
    };
  }

  #subscription(subscriptionId: string): ReturnType<TemplateHost['subscription']> {
    const known = !this.partial.residues.isUnknown(subscriptionId);
    return {
      subscriptionId,
      id: known ? `/subscriptions/${subscriptionId}` : this.#property('subscription', 'id'),
      tenantId: this.#metadata.tenantId ?? this.#property('tenant', 'tenantId'),
      displayName: this.#property('subscription', 'displayName'),
    };
  }

  #group(subscriptionId: string, name: string): ReturnType<TemplateHost['resourceGroup']> {
    const { subscriptionId: own, resourceGroup, location } = this.#metadata;
    const id = `/subscriptions/${subscriptionId}/resourceGroups/${name}`;
    const isOwn = subscriptionId === own && name === resourceGroup;
    const unknown = (member: string) => this.#property('resourceGroup', member);
    return {
      id: this.partial.residues.isUnknown(id) ? unknown('id') : id,
      name,
      location: (isOwn ? location : undefined) ?? unknown('location'),
      tags: unknown('tags') as unknown as Record<string, unknown>,
      properties: unknown('properties') as unknown as Record<string, unknown>,
    };
  }
}
