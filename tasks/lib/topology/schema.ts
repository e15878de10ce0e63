import * as v from 'valibot';
import { cidrProblem, parseAddress } from '../net/cidr.ts';

/**
 * The topology document as people write it. The one source of both its validation and its JSON schema: rules
 * that a JSON schema can say are patterns here, the rest (`v.check`) needs the address plan or real parsing.
 */

const guid = v.pipe(
  v.string(),
  v.regex(
    /^[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}$/,
    'a GUID such as 00000000-0000-4000-8000-000000000001',
  ),
  v.description('Id of a subscription.'),
);

// https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules
const resourceGroup = v.pipe(
  v.string(),
  v.check(
    (text) => /^[\p{L}\p{N}_().-]{0,89}[\p{L}\p{N}_()-]$/u.test(text),
    '1 to 90 letters, digits, or ( ) - _ . and no dot at the end',
  ),
  v.description('Name of a resource group.'),
);

const region = v.pipe(
  v.string(),
  v.regex(/^[a-z][a-z0-9]+$/, 'a region in short form such as westeurope'),
  v.description('Azure region in its short form.'),
);

const resourceName = v.pipe(
  v.string(),
  v.regex(
    /^[a-zA-Z0-9](?:[a-zA-Z0-9_.-]{0,62}[a-zA-Z0-9_])?$/,
    '1 to 64 letters, digits, or _ . - beginning with a letter or digit',
  ),
);

const cidr = v.pipe(
  v.string(),
  v.regex(/^[0-9.]+\/[0-9]{1,2}$/, 'a network such as 10.1.0.0/16'),
  v.check(
    (text) => cidrProblem(text) === undefined,
    (issue) => `a network such as 10.1.0.0/16 (${cidrProblem(issue.input)})`,
  ),
);

const subnet = v.pipe(
  v.string(),
  v.regex(
    /^(?:[0-9.]+)?\/[0-9]{1,2}$/,
    'a network such as 10.1.0.0/24, or a size such as /24 to be planned',
  ),
  v.check(
    (text) => cidrProblem(text.startsWith('/') ? `0.0.0.0${text}` : text) === undefined,
    (issue) =>
      'a network such as 10.1.0.0/24, or a size such as /24 ' +
      `(${cidrProblem(issue.input.startsWith('/') ? `0.0.0.0${issue.input}` : issue.input)})`,
  ),
  v.description('A network, or a size: planned in the order of the document, first fit, aligned.'),
);

const address = v.pipe(
  v.string(),
  v.regex(/^[0-9.]+$/, 'an IPv4 address such as 10.0.0.4'),
  v.check((text) => parseAddress(text) !== undefined, 'an IPv4 address such as 10.0.0.4'),
);

function isResolver(text: string): boolean {
  const [host = '', port = '53', ...rest] = text.split(':');
  return rest.length === 0 && parseAddress(host) !== undefined && isPort(port);
}

function isPort(text: string): boolean {
  return /^[1-9]\d{0,4}$/.test(text) && Number(text) <= 65535;
}

const resolver = v.pipe(
  v.string(),
  v.regex(/^[0-9.]+(?::[0-9]{1,5})?$/, 'an IPv4 address, with :port if it is not 53'),
  v.check(isResolver, 'an IPv4 address, with :port if it is not 53'),
);

const port = v.pipe(
  v.number('a whole number from 1 to 65535'),
  v.integer('a whole number from 1 to 65535'),
  v.minValue(1, 'a whole number from 1 to 65535'),
  v.maxValue(65535, 'a whole number from 1 to 65535'),
);

const network = v.strictObject({
  name: v.pipe(resourceName, v.description('Name of the virtual network.')),
  addressSpace: v.pipe(
    v.array(cidr),
    v.minLength(1, 'one or more networks'),
    v.description('Address space of the virtual network, in CIDR notation.'),
  ),
  subnets: v.pipe(
    v.record(
      v.pipe(
        v.string(),
        v.regex(
          /^[a-zA-Z0-9](?:[a-zA-Z0-9_.-]{0,78}[a-zA-Z0-9_])?$/,
          'a name of a subnet: up to 80 letters, digits, or _ . -',
        ),
      ),
      subnet,
    ),
    v.description('Subnets by name.'),
  ),
});

/** `Microsoft.KeyVault/vaults/kv-weu`: type and name, as in the resource's id after `/providers/`. */
const service =
  /^[A-Za-z][A-Za-z0-9]*(?:\.[A-Za-z0-9]+)+\/[A-Za-z][A-Za-z0-9]*\/[A-Za-z0-9][\w.()-]*$/;
const scopeId =
  /^\/subscriptions\/[^/\s]+(?:\/resourceGroups\/[^/\s]+(?:\/providers\/Microsoft\.Network\/privateEndpoints\/[^/\s]+)?)?$/i;
const originName = /^[a-z][a-z0-9-]{0,23}$/;

const acceptedConnection = v.pipe(
  v.strictObject({
    service: v.pipe(
      v.string(),
      v.regex(service, 'type and name of a service, such as Microsoft.KeyVault/vaults/kv-weu'),
      v.description(
        'Type and name of the service, or Private Link service, in this resource group.',
      ),
    ),
    from: v.optional(
      v.pipe(
        v.string(),
        v.check(
          (text) => scopeId.test(text) || originName.test(text),
          'hub, a stamp, or the id of a subscription, resource group or private endpoint',
        ),
        v.description(
          'Where the private endpoint is: hub, a stamp, or the id of a subscription, resource group or endpoint.',
        ),
      ),
    ),
    message: v.optional(
      v.pipe(
        v.string(),
        v.nonEmpty('the request message, word for word'),
        v.description('Message of the request, word for word, as Front Door sends it.'),
      ),
    ),
  }),
  v.check(
    ({ from, message }) => from !== undefined || message !== undefined,
    'from, message, or both',
  ),
);

const acceptedConnections = v.optional(
  v.pipe(
    v.array(acceptedConnection),
    v.description('Private endpoint connections that may be approved; no other is.'),
  ),
);

const hub = v.strictObject({
  subscription: guid,
  resourceGroup,
  region,
  network,
  firewall: v.optional(
    v.strictObject({
      privateAddress: v.pipe(address, v.description('Address that stamps route to.')),
    }),
  ),
  dns: v.strictObject({
    subscription: v.optional(v.pipe(guid, v.description('Default: the subscription of the hub.'))),
    resourceGroup: v.pipe(resourceGroup, v.description('Where the private DNS zones live.')),
    resolvers: v.pipe(
      v.optional(v.array(resolver), []),
      v.description('DNS servers that have to agree with the resolver of the agent.'),
    ),
    fallback: v.pipe(
      v.optional(v.boolean('true or false'), false),
      v.description('Ask public DNS for names that a linked private zone lacks.'),
    ),
  }),
  acceptedConnections,
});

const stamp = v.strictObject({
  role: v.picklist(['primary', 'secondary'], 'primary, secondary'),
  region,
  subscription: guid,
  resourceGroup,
  network,
  parameters: v.pipe(
    v.optional(v.record(v.string(), v.unknown()), {}),
    v.description('Handed to the template of the stamp as they are.'),
  ),
  acceptedConnections,
});

/** Azure's own rule: https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules */
const registryName = v.pipe(
  v.string(),
  v.regex(/^[a-z0-9]{5,50}$/, '5 to 50 lower-case letters and digits'),
);

const stampName = /^[a-z][a-z0-9-]{0,23}$/;

export const topologySchema = v.strictObject({
  name: v.pipe(
    v.string(),
    v.regex(/^[a-z][a-z0-9-]{0,39}$/, 'up to 40 lower-case letters, digits and -'),
    v.description('Name of the estate.'),
  ),
  cloud: v.pipe(
    v.optional(
      v.picklist(['public', 'usgovernment', 'china'], 'public, usgovernment, china'),
      'public',
    ),
    v.description('The Azure cloud.'),
  ),
  hub,
  registry: v.optional(
    v.strictObject({
      name: registryName,
      replicas: v.pipe(v.optional(v.array(region), []), v.description('Regions with a replica.')),
    }),
  ),
  stamps: v.pipe(
    v.record(
      v.pipe(
        v.string(),
        v.regex(stampName, 'a name of a stamp: up to 24 lower-case letters, digits and -'),
      ),
      stamp,
    ),
    v.minEntries(1, 'one or more stamps'),
    v.description('The stamps by name; exactly one is primary.'),
  ),
  gates: v.optional(
    v.pipe(
      v.string(),
      v.nonEmpty('a path, relative to this file'),
      v.description('The gates document, relative to this file.'),
    ),
  ),
  loopback: v.pipe(
    v.optional(v.boolean('true or false'), false),
    v.description('This estate is a stand-in on 127.0.0.0/8.'),
  ),
  ports: v.pipe(
    v.optional(
      v.record(
        v.pipe(
          v.string(),
          v.regex(/^[1-9][0-9]{0,4}$/, 'a port from 1 to 65535'),
          v.check(isPort, 'a port from 1 to 65535'),
        ),
        port,
      ),
      {},
    ),
    v.description('Declared port: port to dial instead.'),
  ),
});

/** The document after validation, before the address plan. */
export type TopologyDocument = v.InferOutput<typeof topologySchema>;
