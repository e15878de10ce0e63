import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createArmClient } from '../../lib/azure/arm-client.ts';
import { listEndpoints } from '../../lib/azure/dns-endpoints.ts';
import { SpokelineError } from '../../lib/errors.ts';
import { derivedChecks, type DerivedCheck } from '../../lib/gate/derive.ts';
import { readGates } from '../../lib/gate/document.ts';
import { estateOf, estateOfTopology } from '../../lib/gate/estate.ts';
import { prepareDerived, type GateCheck, type GateContext } from '../../lib/gate/gate-check.ts';
import { stateKinds } from '../../lib/gate/predicted-probe.ts';
import type { TaskContext } from '../../lib/host/context.ts';
import { sharedSignal } from '../../lib/net/shared-signal.ts';
import { selectStamps, type Stamp, type Topology } from '../../lib/topology/model.ts';
import type { Inputs } from './inputs.ts';

/** What the gate looks at, and what it was read from. */
export interface GateChecks {
  readonly checks: readonly GateCheck[];
  readonly context: GateContext;
  /** Path and SHA-256 of the gates document. */
  readonly documents: Readonly<Record<string, string>>;
}

/** Reads the gates document, and adds the checks that follow from the private endpoints of the stamps. */
export async function readChecks(
  inputs: Inputs,
  topology: Topology | undefined,
  task: TaskContext,
): Promise<GateChecks> {
  const estate =
    topology === undefined
      ? estateOf(inputs.networks, undefined, inputs.resolvers)
      : estateOfTopology(topology);
  const stamps = topology === undefined ? [] : selectStamps(topology, inputs.stamp);
  const file = inputs.gates ?? topology?.gates;
  if (topology !== undefined && inputs.evidence !== 'live') {
    return readStateChecks(file, { estate, stamps, topology }, task);
  }
  const derive = inputs.derive === 'always' || (inputs.derive === 'auto' && file === undefined);
  if (file === undefined && (!derive || inputs.azureSubscription === undefined))
    throw nothingToCheck();
  const text = file === undefined ? undefined : await readDocument(file);
  const bare: GateContext = { estate, stamps, ...(topology === undefined ? {} : { topology }) };
  // Read once before anything is asked, so that a mistake in the document costs no sign-in.
  if (file !== undefined && text !== undefined && !derive) {
    return {
      checks: readGates(file, text, bare),
      context: bare,
      documents: hashes({ [file]: text }),
    };
  }
  const context: GateContext = { ...bare, derived: await derivedOf(inputs, stamps, task) };
  const checks =
    file === undefined || text === undefined
      ? prepareDerived(context)
      : readGates(file, text, context);
  if (checks.length === 0) throw noEndpoints(stamps);
  return { checks, context, documents: file === undefined ? {} : hashes({ [file]: text ?? '' }) };
}

/** Only the checks that look at state; the flows of the topology are always among them. */
async function readStateChecks(
  file: string | undefined,
  context: GateContext,
  { log }: TaskContext,
): Promise<GateChecks> {
  const text = file === undefined ? undefined : await readDocument(file);
  const all = file === undefined || text === undefined ? [] : readGates(file, text, context);
  const checks = all.filter(({ kind }) => stateKinds.has(kind));
  if (checks.length < all.length) {
    log.info(`${all.length - checks.length} checks probe and are left out: nothing is probed here`);
  }
  const flows = context.topology?.flows ?? [];
  if (flows.length > 0 && !checks.some(({ kind }) => kind === 'reach')) {
    checks.push(...readGates('flows', 'checks: [{ id: flows, kind: reach }]', context));
  }
  const documents = file === undefined || text === undefined ? {} : hashes({ [file]: text });
  return { checks, context, documents };
}

function hashes(documents: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(documents).map(([file, text]) => [
      file,
      createHash('sha256').update(text).digest('hex'),
    ]),
  );
}

/** SHA-256 by path. */
export async function hashFiles(files: readonly string[]): Promise<Record<string, string>> {
  const texts = files.map(async (file) => [file, await readDocument(file)] as const);
  return hashes(Object.fromEntries(await Promise.all(texts)));
}

async function readDocument(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new SpokelineError('GATES_INVALID', `${file} cannot be read: ${reason}`, {
      cause: error,
    });
  }
}

async function derivedOf(
  { azureSubscription }: Inputs,
  stamps: readonly Stamp[],
  task: TaskContext,
): Promise<DerivedCheck[]> {
  if (azureSubscription === undefined) return [];
  const arm = createArmClient(azureSubscription, task);
  const signal = sharedSignal(task.signal);
  const lists = await Promise.all(
    stamps.map(({ subscription, resourceGroup }) =>
      listEndpoints(arm, { subscription, resourceGroup }, signal),
    ),
  );
  return stamps.flatMap((stamp, position) => {
    const endpoints = lists[position]?.endpoints ?? [];
    const checks = derivedChecks(endpoints, stamp);
    const count =
      endpoints.length === 1 ? '1 private endpoint' : `${endpoints.length} private endpoints`;
    task.log.info(
      `stamp ${stamp.name}: ${count} in ${stamp.resourceGroup}, ${checks.length} checks`,
    );
    return checks;
  });
}

function nothingToCheck(): SpokelineError {
  return new SpokelineError('INPUT_INVALID', 'The topology names no gates document', {
    hint: 'Set the input gates, or gates: in the topology; or azureSubscription, to derive checks from private endpoints.',
    details: [{ target: 'gates', message: 'Input "gates" is needed: the topology has no gates' }],
  });
}

function noEndpoints(stamps: readonly Stamp[]): SpokelineError {
  const groups = stamps.map(({ resourceGroup }) => resourceGroup).join(', ');
  return new SpokelineError(
    'GATES_INVALID',
    `No private endpoint was found in ${groups}, so there is nothing to check`,
    { hint: 'Deploy the stamps first, or write a gates document.' },
  );
}
