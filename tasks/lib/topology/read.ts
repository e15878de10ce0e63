import { isDeepStrictEqual } from 'node:util';
import { dirname, resolve } from 'node:path';
import { SpokelineError, type ErrorDetail } from '../errors.ts';
import {
  isMapping,
  leaves,
  overlay,
  pathText,
  readSource,
  valueAt,
  type Path,
  type SourceDocument,
} from './document.ts';
import { cloudSuffixes, type Network, type Stamp, type Topology } from './model.ts';
import { acceptedConnectionsOf, checkAcceptedConnections } from './accepted-connections.ts';
import { checkFlows, flowsOf, zonesOf } from './flows.ts';
import { membersOf, memberWords } from './members.ts';
import { planAddresses, type AddressPlan, type SubnetPlan } from './plan.ts';
import { topologySchema, type TopologyDocument } from './schema.ts';
import { validate } from './validate.ts';

/** What a stand-in on loopback may differ in; `*` stands for one key. */
const loopbackMayChange = [
  'loopback',
  'hub.network.addressSpace',
  'hub.network.subnets.*',
  'hub.firewall.privateAddress',
  'hub.dns.resolvers',
  'operations.network.addressSpace',
  'operations.network.subnets.*',
  'stamps.*.network.addressSpace',
  'stamps.*.network.subnets.*',
  'ports.*',
];

const selectorWords = new Set(['all', 'primary', 'secondary']);

/**
 * Reads the topology document with its overlays, later ones over earlier ones. Paths are taken from the
 * working directory, and the gates document's from the file that names it. Throws one TOPOLOGY_INVALID with a
 * detail for each problem: file, line, column, what is given and what is allowed.
 */
export async function readTopology(file: string, overlays: readonly string[]): Promise<Topology> {
  const problems: ErrorDetail[] = [];
  const sources: SourceDocument[] = [];
  for (const name of [file, ...overlays]) {
    const source = await readSource(name, problems);
    if (source) sources.push(source);
  }
  if (problems.length > 0) throw invalid(file, problems);

  // The last file that has the part is the one to mend.
  const placeOf = (path: Path) => {
    for (let length = path.length; length > 0; length -= 1) {
      const part = path.slice(0, length);
      const source = sources.findLast((candidate) => candidate.has(part));
      if (source) return source.locate(part);
    }
    return { file, line: 1, column: 1 };
  };
  const report = (path: Path, message: string) =>
    problems.push({ message, target: pathText(path), ...placeOf(path) });

  for (const source of sources) {
    if (!isMapping(source.value)) {
      problems.push({
        message: `The file holds no mapping; allowed: the keys of a topology.`,
        ...source.locate([]),
      });
    }
  }
  if (problems.length > 0) throw invalid(file, problems);

  const merged = sources.map((source) => source.value).reduce(overlay);
  if (valueAt(merged, ['loopback']) === true) {
    checkLoopbackOverlays(sources, problems);
  }
  const { output, breaches } = validate(topologySchema, merged);
  for (const { path, message } of breaches) report(path, message);
  // The plan needs every value; a document with breaches is mended first.
  if (!output) throw invalid(file, problems);
  checkStamps(output, report);
  checkNetworks(output, report);
  checkAcceptedConnections(output, report);
  checkFlows(output, report);
  const plan = planAddresses(output, report);
  if (problems.length > 0) throw invalid(file, problems);
  const gatesSource = sources.findLast((source) => source.has(['gates']));
  return toModel(output, plan, gatesSource ? dirname(gatesSource.file) : dirname(resolve(file)));
}

function invalid(file: string, problems: readonly ErrorDetail[]): SpokelineError {
  const count = problems.length === 1 ? 'One problem' : `${problems.length} problems`;
  return new SpokelineError('TOPOLOGY_INVALID', `${count} in the topology ${file}.`, {
    details: problems,
  });
}

function checkLoopbackOverlays(sources: readonly SourceDocument[], problems: ErrorDetail[]): void {
  const [base, ...overlays] = sources;
  let below = base?.value;
  for (const source of overlays) {
    for (const { path, value } of leaves(source.value)) {
      const text = pathText(path);
      const free = loopbackMayChange.some((pattern) => {
        const keys = pattern.split('.');
        return (
          keys.length === path.length &&
          keys.every((key, index) => key === '*' || key === path[index])
        );
      });
      if (free || isDeepStrictEqual(valueAt(below, path), value)) continue;
      problems.push({
        message:
          `${text} is changed by an overlay with loopback: true; ` +
          `allowed: ${loopbackMayChange.join(', ')}.`,
        target: text,
        ...source.locate(path),
      });
    }
    below = overlay(below, source.value);
  }
}

function checkStamps(
  document: TopologyDocument,
  report: (path: Path, message: string) => void,
): void {
  const stamps = Object.entries(document.stamps);
  const primaries = stamps.filter(([, stamp]) => stamp.role === 'primary').map(([name]) => name);
  if (primaries.length === 0) {
    report(['stamps'], 'No stamp has the role primary; allowed: exactly one.');
  }
  for (const name of primaries.slice(1)) {
    report(
      ['stamps', name, 'role'],
      `Stamps ${primaries.join(', ')} have the role primary; allowed: exactly one.`,
    );
  }
  for (const [name] of stamps) {
    const meaning = selectorWords.has(name) ? 'selects stamps' : memberWords[name];
    if (meaning === undefined) continue;
    report(['stamps', name], `A stamp cannot be called "${name}": the word ${meaning}.`);
  }
}

function checkNetworks(
  document: TopologyDocument,
  report: (path: Path, message: string) => void,
): void {
  const owners = new Map<string, string>();
  for (const { title, path, part } of membersOf(document)) {
    const id = networkId(part).toLowerCase();
    const owner = owners.get(id);
    if (owner !== undefined) {
      const who = title.replace(/^./, (letter) => letter.toUpperCase());
      const message = `${who} has the same virtual network as ${owner}: ${networkId(part)}.`;
      report([...path, 'network', 'name'], message);
    }
    owners.set(id, title);
  }
}

interface Placed {
  readonly subscription: string;
  readonly resourceGroup: string;
  readonly network: { readonly name: string };
}

function networkId({ subscription, resourceGroup, network }: Placed): string {
  return (
    `/subscriptions/${subscription}/resourceGroups/${resourceGroup}` +
    `/providers/Microsoft.Network/virtualNetworks/${network.name}`
  );
}

function toNetwork(
  placed: Placed & { network: { addressSpace: string[] } },
  plan: SubnetPlan,
): Network {
  const id = networkId(placed);
  const subnets = [...plan].map(([name, prefix]) => [
    name,
    { name, prefix, id: `${id}/subnets/${name}` },
  ]);
  return {
    id,
    name: placed.network.name,
    addressSpace: placed.network.addressSpace,
    subnets: Object.fromEntries(subnets) as Network['subnets'],
  };
}

function toModel(document: TopologyDocument, plan: AddressPlan, gatesBase: string): Topology {
  const { hub, operations, registry } = document;
  const subnetsOf = (member: string): SubnetPlan => plan.subnets.get(member) ?? new Map();
  const stamps = Object.entries(document.stamps).map(([name, stamp]): [string, Stamp] => [
    name,
    {
      name,
      ...stamp,
      network: toNetwork(stamp, subnetsOf(name)),
      ...acceptedConnectionsOf(stamp.acceptedConnections, document),
    },
  ]);
  return {
    name: document.name,
    cloud: document.cloud,
    hub: {
      subscription: hub.subscription,
      resourceGroup: hub.resourceGroup,
      region: hub.region,
      network: toNetwork(hub, subnetsOf('hub')),
      ...(hub.egress === undefined ? {} : { egress: hub.egress }),
      ...(plan.firewall === undefined ? {} : { firewall: { privateAddress: plan.firewall } }),
      dns: { ...hub.dns, subscription: hub.dns.subscription ?? hub.subscription },
      ...acceptedConnectionsOf(hub.acceptedConnections, document),
    },
    ...(operations === undefined
      ? {}
      : {
          operations: {
            ...operations,
            network: toNetwork(operations, subnetsOf('operations')),
            ...acceptedConnectionsOf(operations.acceptedConnections, document),
          },
        }),
    ...(registry === undefined
      ? {}
      : {
          registry: {
            ...registry,
            loginServer: `${registry.name}.${cloudSuffixes(document.cloud).registry}`,
          },
        }),
    stamps: Object.fromEntries(stamps),
    zones: zonesOf(document),
    flows: flowsOf(document),
    ...(document.gates === undefined ? {} : { gates: resolve(gatesBase, document.gates) }),
    loopback: document.loopback,
    ports: document.ports,
  };
}
