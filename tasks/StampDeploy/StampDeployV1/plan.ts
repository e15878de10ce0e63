import { isParamsFile } from '../../lib/bicep/params-file.ts';
import { legsOf } from '../../lib/deploy/legs.ts';
import type { TaskContext } from '../../lib/host/context.ts';
import { membersOf } from '../../lib/topology/members.ts';
import { selectStamps, type Network, type Topology } from '../../lib/topology/model.ts';
import { scopeText } from '../../lib/deploy/scope.ts';
import type { Inputs } from './inputs.ts';
import { destinationOf } from './scope.ts';
import { loadSources } from './source.ts';
import { hubPlace, stampPlace } from './target.ts';

/** Says what would go where, and gives the pipeline a leg for each secondary stamp. Needs no sign-in. */
export async function plan(given: Inputs, topology: Topology, context: TaskContext): Promise<void> {
  const { log } = context;
  const stamps = Object.values(topology.stamps);
  const selector = given.stamp ?? (given.stamps.join(',') || undefined);
  const chosen =
    selector === undefined
      ? stamps.filter((stamp) => stamp.role === 'secondary')
      : selectStamps(topology, selector);
  log.info(`Topology ${topology.name} (${topology.cloud} cloud)`);
  for (const { name, kind, title, part } of membersOf(topology)) {
    const role = 'role' in part ? ` (${part.role})` : '';
    log.info(
      `${kind === 'hub' ? name : title}${role} in ${part.region}: resource group ${part.resourceGroup}` +
        (kind === 'hub' ? '' : ` of subscription ${part.subscription}`),
    );
    for (const line of addressLines(part.network)) log.info(line);
  }
  if (given.template !== undefined || isParamsFile(given.parametersFile)) {
    const places =
      given.target === 'hub'
        ? [hubPlace(topology, given)]
        : (selector === undefined ? stamps : chosen).map((s) => stampPlace(s, topology, given));
    const sources = await loadSources(given, context, places);
    for (const { place, template, parameters } of sources) {
      const { scope } = destinationOf(template, place, given);
      const names = Object.keys(parameters).join(', ') || '(none)';
      log.info(
        `${given.template ?? given.parametersFile} would go to ${scopeText(scope)} (${place.unit})` +
          `${asStack(given)} with the parameters ${names}`,
      );
    }
  }
  const legs = legsOf(chosen);
  context.setOutput('legs', JSON.stringify(legs));
  context.setOutput('count', String(chosen.length));
  log.info(`Legs: ${chosen.map((stamp) => stamp.name).join(', ') || '(none)'}`);
}

function asStack({ kind, deploymentName, onUnmanage, denyMode }: Inputs): string {
  if (kind !== 'stack') return '';
  return ` as the stack ${deploymentName ?? '(unnamed)'} (${onUnmanage}, deny ${denyMode})`;
}

function addressLines(network: Network): string[] {
  return [
    `  ${network.name} ${network.addressSpace.join(', ')}`,
    ...Object.values(network.subnets).map(
      (subnet) => `    ${subnet.prefix.padEnd(18)} ${subnet.name}`,
    ),
  ];
}
