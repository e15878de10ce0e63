import { extname, relative } from 'node:path';
import { predictResources, type Wanted } from '../../lib/bicep/predict-resources.ts';
import {
  mergeParameters,
  plainParameters,
  readParameters,
  type Offered,
  type Parameters,
} from '../../lib/deploy/parameters.ts';
import { parseJsonObject, readTemplate } from '../../lib/deploy/template.ts';
import { SpokelineError } from '../../lib/errors.ts';
import type { TaskContext } from '../../lib/host/context.ts';
import { afterDeployment } from '../../lib/reach/read/handed-out.ts';
import { resourcesOfPlainTemplate } from '../../lib/reach/read/plain-template.ts';
import { resourcesOfSnapshot } from '../../lib/reach/read/predicted.ts';
import { Resources, type Resource } from '../../lib/reach/read/resource.ts';
import { selectStamps, type Stamp, type Topology } from '../../lib/topology/model.ts';
import { GivenParameters } from './given-parameters.ts';
import { readInputFile } from './input-file.ts';
import type { Inputs } from './inputs.ts';

/** Resources as they are before and after the templates are deployed. */
export interface Prediction {
  /** Absent when no baseline was given: nobody knows what is deployed. */
  readonly before: Resources | undefined;
  readonly after: Resources;
}

/**
 * What the templates would deploy over what is there. Nothing is asked of Azure and nothing is downloaded.
 * Throws INPUT_INVALID, TEMPLATE_INVALID, BICEP_NOT_FOUND and BICEP_FAILED.
 */
export async function predict(
  inputs: Inputs,
  topology: Topology,
  pinned: readonly Resource[],
  context: TaskContext,
): Promise<Prediction> {
  const stamps = selectStamps(topology, inputs.stamp);
  const given = new GivenParameters(await loadParameters(inputs));
  const before = inputs.baseline === undefined ? undefined : await readBaseline(inputs.baseline);
  let after = before ?? new Resources();
  for (const file of inputs.templates) {
    const predicted = await predictFile(file, inputs, { topology, stamps, given }, context);
    const shown = relative(context.agent.workingDirectory, file) || file;
    context.log.info(`${shown}: ${predicted.length} resources predicted`);
    after = afterDeployment(after, predicted);
  }
  given.checkAllTaken();
  return { before: before?.deployed(pinned), after: after.deployed(pinned) };
}

interface Estate {
  readonly topology: Topology;
  readonly stamps: readonly Stamp[];
  readonly given: GivenParameters;
}

async function predictFile(
  file: string,
  inputs: Inputs,
  estate: Estate,
  { agent, signal, log }: TaskContext,
): Promise<Resource[]> {
  const kind = extname(file).toLowerCase();
  if (kind === '.json') return predictJson(file, estate);
  if (kind !== '.bicep' && kind !== '.bicepparam') {
    throw new SpokelineError(
      'INPUT_INVALID',
      `Input "templates" names ${file}; allowed: .bicep, .bicepparam, and .json with an ARM template or a snapshot.`,
    );
  }
  await readInputFile(file, 'templates');
  const texts = await predictResources(file, (declared) => placesOf(declared, estate), {
    path: inputs.bicepPath,
    version: undefined,
    toolsDirectory: agent.toolsDirectory,
    tempDirectory: agent.tempDirectory,
    environment: agent.environment,
    signal,
    info: (text) => log.info(text),
  });
  return texts.flatMap((text) =>
    resourcesOfSnapshot(parseJsonObject(text, file, 'TEMPLATE_INVALID'), file),
  );
}

/** A template that asks for a stamp is deployed once for each, into its group; any other once, into the hub's. */
function placesOf(declared: readonly string[], { topology, stamps, given }: Estate): Wanted[] {
  const values = Object.assign({}, ...given.of(declared).map(valuesOf)) as Record<string, unknown>;
  const wanted = (place: Hosted, offered: Offered): Wanted => ({
    place: {
      subscriptionId: place.subscription,
      resourceGroup: place.resourceGroup,
      location: place.region,
    },
    values: { ...offered, ...values },
  });
  const { hub } = topology;
  if (!declared.includes('stamp')) return [wanted(hub, { hub, topology })];
  return stamps.map((stamp) => wanted(stamp, { hub, topology, stamp }));
}

type Hosted = Pick<Stamp, 'subscription' | 'resourceGroup' | 'region'>;

async function predictJson(file: string, { topology, stamps, given }: Estate): Promise<Resource[]> {
  const text = await readInputFile(file, 'templates');
  const body = parseJsonObject(text, file, 'TEMPLATE_INVALID');
  if ('predictedResources' in body) return resourcesOfSnapshot(body, file);
  const template = readTemplate(text, file);
  const { hub } = topology;
  const places: { place: Hosted; offered: Offered }[] = Object.hasOwn(template.parameters, 'stamp')
    ? stamps.map((stamp) => ({ place: stamp, offered: { hub, topology, stamp } }))
    : [{ place: hub, offered: { hub, topology } }];
  return places.flatMap(({ place, offered }) => {
    const own = given.of(Object.keys(template.parameters));
    const values = valuesOf(mergeParameters(template, offered, own));
    const where = { subscriptionId: place.subscription, resourceGroup: place.resourceGroup };
    return resourcesOfPlainTemplate(template.body, values, where, file);
  });
}

function valuesOf(parameters: Parameters): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(parameters).flatMap(([name, one]) =>
      'value' in one ? [[name, one.value]] : [],
    ),
  );
}

async function loadParameters({ parametersFile, parameters }: Inputs): Promise<Parameters[]> {
  const sets: Parameters[] = [];
  if (parametersFile !== undefined) {
    sets.push(
      readParameters(await readInputFile(parametersFile, 'parametersFile'), parametersFile),
    );
  }
  if (parameters !== undefined) sets.push(plainParameters(parameters));
  return sets;
}

/** The network.json of an earlier gate that read Azure's state. */
async function readBaseline(file: string): Promise<Resources> {
  const body = parseJsonObject(await readInputFile(file, 'baseline'), file, 'INPUT_INVALID');
  const list = body['resources'];
  const whole = Array.isArray(list) && list.every(isResource);
  if (body['schemaVersion'] !== 1 || !whole) {
    throw new SpokelineError(
      'INPUT_INVALID',
      `Input "baseline" is ${file}, which is no network.json.`,
      {
        hint: 'NetworkGate with evidence state writes one into its results folder.',
      },
    );
  }
  return new Resources(list);
}

function isResource(value: unknown): value is Resource {
  const { id, type, properties } = (value ?? {}) as Partial<Resource>;
  return typeof id === 'string' && typeof type === 'string' && typeof properties === 'object';
}
