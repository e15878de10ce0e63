import * as v from 'valibot';
import { cloudSuffixes } from '../topology/model.ts';
import { fieldsOf, type Field, type Reference, type SpecContext } from './check.ts';
import { nameField } from './checks/fields.ts';

/** One check of a set. */
export interface Part {
  /** Follows the id of the set after a dot. */
  readonly name: string;
  readonly kind: string;
  readonly spec: Readonly<Record<string, unknown>>;
}

/** Several checks that are written in one line. */
export interface CheckSet {
  readonly kind: string;
  readonly fields: readonly Field[];
  readonly reference: Reference;
  /** None when something is wrong; each fault went to `context.problem` or `invalid`. */
  parts(
    raw: unknown,
    context: SpecContext,
    invalid: (issues: readonly v.BaseIssue<unknown>[]) => void,
  ): readonly Part[];
}

function setOf<Entries extends v.ObjectEntries>(
  kind: string,
  reference: Reference,
  schema: v.StrictObjectSchema<Entries, undefined>,
  parts: (
    spec: v.InferOutput<v.StrictObjectSchema<Entries, undefined>>,
    context: SpecContext,
  ) => readonly Part[],
): CheckSet {
  return {
    kind,
    fields: fieldsOf(schema),
    reference,
    parts(raw, context, invalid) {
      const parsed = v.safeParse(schema, raw);
      if (parsed.success) return parts(parsed.output, context);
      invalid(parsed.issues);
      return [];
    },
  };
}

const within = v.optional(
  v.array(v.string('must be a network in CIDR notation, hub, operations or stamp')),
);

function dnsAndTls(prefix: string, name: string, given: readonly string[] | undefined): Part[] {
  const where = given === undefined ? {} : { within: given };
  return [
    { name: `${prefix}dns`, kind: 'dns', spec: { name, throughPrivateLink: true, ...where } },
    { name: `${prefix}tls`, kind: 'tls', spec: { name } },
  ];
}

function patternOf(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** Login server, every data endpoint, the challenge of the API, and the token service that it names. */
const registry = setOf(
  'registry',
  {
    summary:
      'Login server, API challenge, token service and every data endpoint of a container registry.',
    example: 'regions: [westeurope, northeurope]',
  },
  v.strictObject({
    name: v.optional(nameField),
    regions: v.optional(v.array(v.string('must be regions in short form'))),
    within,
  }),
  (spec, { topology, problem }) => {
    const login = spec.name ?? topology?.registry?.loginServer;
    if (login === undefined) {
      problem([], 'needs name, the login server, since the topology has no registry');
      return [];
    }
    const dot = login.indexOf('.');
    const regions = spec.regions ?? [
      ...(topology?.registry?.loginServer === login ? [topology.hub.region] : []),
      ...(topology?.registry?.loginServer === login ? topology.registry.replicas : []),
    ];
    const data = [...new Set(regions)].flatMap((region) =>
      dnsAndTls(
        `data-${region}-`,
        `${login.slice(0, dot)}.${region}.data.${login.slice(dot + 1)}`,
        spec.within,
      ),
    );
    // A registry behind another port says so in its challenge.
    const host = `${patternOf(login)}(?::\\d+)?`;
    const challenge = `^Bearer realm="https://${host}/oauth2/token",service="${host}"`;
    return [
      ...dnsAndTls('login-', login, spec.within),
      {
        name: 'challenge',
        kind: 'http',
        spec: {
          url: `https://${login}/v2/`,
          status: 401,
          headers: { 'www-authenticate': challenge },
        },
      },
      {
        // Without credentials: that it answers in its own words is what the network has to allow.
        name: 'token',
        kind: 'http',
        spec: { url: `https://${login}/oauth2/token?service=${login}`, status: [200, 400, 401] },
      },
      ...data,
    ];
  },
);

const serviceName = v.pipe(
  v.string('must be a name'),
  v.regex(/^[a-zA-Z0-9][a-zA-Z0-9.-]*$/, 'must be the name of the resource, or its DNS name'),
);

const keyVault = setOf(
  'key-vault',
  {
    summary: 'Name and certificate of a key vault.',
    example: "each: stamp\nname: '{stamp.parameters.keyVaultName}'\nwithin: [stamp]",
  },
  v.strictObject({ name: serviceName, within }),
  ({ name, within: given }, { topology }) => {
    const suffix = cloudSuffixes(topology?.cloud ?? 'public').keyVault;
    return dnsAndTls('', name.includes('.') ? name : `${name}.${suffix}`, given);
  },
);

const services = ['blob', 'file', 'queue', 'table', 'dfs', 'web'] as const;

const storage = setOf(
  'storage',
  {
    summary: 'Name and certificate of each service of a storage account.',
    example: 'name: stshopweu\nservices: [blob, queue]',
  },
  v.strictObject({
    name: v.pipe(v.string(), v.regex(/^[a-z0-9]{3,24}$/, 'must be the name of a storage account')),
    services: v.optional(v.array(v.picklist(services, `must be of ${services.join(', ')}`)), [
      'blob',
    ]),
    within,
  }),
  (spec, { topology }) => {
    const domain = cloudSuffixes(topology?.cloud ?? 'public').storageBlob.slice('blob.'.length);
    return [...new Set(spec.services)].flatMap((service) =>
      dnsAndTls(`${service}-`, `${spec.name}.${service}.${domain}`, spec.within),
    );
  },
);

/** The agent's own way out, as `hub.egress` declares it: what is allowed answers, all else stays closed. */
const agent = setOf(
  'agent',
  { summary: "The agent's own way out, as `hub.egress` of the topology declares it.", example: '' },
  v.strictObject({}),
  (_spec, { hub, problem }) => {
    const { allowed = [], denied = [] } = hub?.egress ?? {};
    if (allowed.length === 0) {
      problem([], 'needs hub.egress.allowed in the topology: names that the agent may reach');
      return [];
    }
    const [control] = allowed;
    const idOf = (name: string): string => name.toLowerCase().replaceAll('.', '-');
    return [
      ...allowed.map((name) => ({
        name: `allowed-${idOf(name)}`,
        kind: 'egress',
        spec: { name, state: 'allowed' },
      })),
      ...denied.map((name) => ({
        name: `denied-${idOf(name)}`,
        kind: 'egress',
        spec: { name, state: 'denied', control },
      })),
    ];
  },
);

/** Every set that a gates document may use. */
export const sets: readonly CheckSet[] = [registry, keyVault, storage, agent];
