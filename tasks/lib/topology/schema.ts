import * as v from 'valibot';
import { acceptedConnections } from './accepted-connections-schema.ts';
import {
  address,
  cidr,
  guid,
  isPort,
  port,
  publicName,
  region,
  registryName,
  resolver,
  resourceGroup,
  resourceName,
  subnet,
} from './schema-fields.ts';

/**
 * The topology document as people write it. The one source of both its validation and its JSON schema: rules
 * that a JSON schema can say are patterns here, the rest (`v.check`) needs the address plan or real parsing.
 */

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
  egress: v.optional(
    v.strictObject({
      allowed: v.pipe(
        v.optional(v.array(publicName), []),
        v.description('Names outside the estate that agents reach over TLS on 443.'),
      ),
      denied: v.pipe(
        v.optional(v.array(publicName), []),
        v.description('Names outside the estate that agents must not reach.'),
      ),
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

const operations = v.strictObject({
  subscription: guid,
  resourceGroup,
  region,
  network,
  acceptedConnections,
});

// As Front Door has them: https://learn.microsoft.com/azure/frontdoor/routing-methods#weighted-traffic-routing-method
const weightRule = 'a whole number from 0 to 1000';

const stamp = v.strictObject({
  role: v.picklist(['primary', 'secondary'], 'primary, secondary'),
  region,
  subscription: guid,
  resourceGroup,
  network,
  weight: v.optional(
    v.pipe(
      v.number(weightRule),
      v.integer(weightRule),
      v.minValue(0, weightRule),
      v.maxValue(1000, weightRule),
      v.description(
        'Share of the traffic; 0 takes the stamp out, which a primary needs to be retired.',
      ),
    ),
  ),
  parameters: v.pipe(
    v.optional(v.record(v.string(), v.unknown()), {}),
    v.description('Handed to the template of the stamp as they are.'),
  ),
  acceptedConnections,
});

const stampName = /^[a-z][a-z0-9-]{0,23}$/;

const zone = v.strictObject({
  kind: v.pipe(
    v.picklist(['public', 'on-premises', 'vpn'], 'public, on-premises, vpn'),
    v.description('On-premises and vpn lie behind the gateway of the hub.'),
  ),
  prefixes: v.pipe(
    v.array(cidr),
    v.minLength(1, 'one or more networks'),
    v.description('Its addresses, in CIDR notation.'),
  ),
  names: v.optional(
    v.pipe(
      v.array(v.string()),
      v.description('Names served there, which application rules of a firewall may cover.'),
    ),
  ),
});

const flowEnd = v.pipe(
  v.string(),
  v.regex(
    /^(?:[a-zA-Z0-9][a-zA-Z0-9_-]*(?:\/[a-zA-Z0-9][a-zA-Z0-9_.-]*)?|[0-9.]+(?:\/[0-9]{1,2})?)$/,
    'hub/<subnet>, operations/<subnet>, <stamp>/<subnet>, stamp/<subnet>, internet, a zone, or an address or network',
  ),
);

const flowPort = v.union(
  [
    port,
    v.pipe(
      v.string(),
      v.regex(/^[1-9][0-9]{0,4}-[1-9][0-9]{0,4}$/, 'a port, or ports such as 8000-8010'),
    ),
  ],
  'a port, or ports such as 8000-8010',
);

const flow = v.strictObject({
  name: v.pipe(
    v.string(),
    v.regex(/^[a-z0-9]+(?:[._-][a-z0-9]+)*$/, 'a name such as app-to-vault'),
  ),
  from: flowEnd,
  to: flowEnd,
  ports: v.pipe(
    v.optional(v.array(flowPort), []),
    v.description('Every one of them; none stands for all ports.'),
  ),
  protocol: v.optional(v.picklist(['tcp', 'udp', 'icmp'], 'tcp, udp, icmp'), 'tcp'),
  expect: v.pipe(
    v.optional(v.picklist(['allowed', 'forbidden'], 'allowed, forbidden'), 'allowed'),
    v.description('Allowed: all of it. Forbidden: none of it.'),
  ),
});

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
  operations: v.optional(
    v.pipe(
      operations,
      v.description('A second network beside the hub, peered with it, with its own endpoints.'),
    ),
  ),
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
  zones: v.pipe(
    v.optional(
      v.record(
        v.pipe(v.string(), v.regex(stampName, 'up to 24 lower-case letters, digits and -')),
        zone,
      ),
      {},
    ),
    v.description('Places outside the networks that flows come from or go to.'),
  ),
  flows: v.pipe(
    v.optional(v.array(flow), []),
    v.description('What has to be allowed between the parts of the estate, and what forbidden.'),
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
