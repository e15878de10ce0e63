import { SpokelineError } from '../errors.ts';
import { plain } from '../markdown.ts';
import { asObject } from '../net/json-value.ts';
import { parseJsonObject } from './template.ts';

/** What the Bicep CLI predicts of one deployment. */
export interface LocalPrediction {
  /** As the CLI wrote it. */
  readonly text: string;
  readonly resources: readonly { readonly type: string; readonly name: string }[];
  /** What the CLI says of that which it cannot predict. */
  readonly diagnostics: readonly string[];
}

/** Reads the text of `bicep snapshot`. Throws BICEP_FAILED for anything else. */
export function parsePrediction(snapshot: string): LocalPrediction {
  const body = parseJsonObject(snapshot, 'the snapshot of the Bicep CLI', 'TEMPLATE_INVALID');
  const { predictedResources: resources, diagnostics } = body;
  if (!Array.isArray(resources)) {
    throw new SpokelineError('BICEP_FAILED', 'The snapshot of the Bicep CLI has no resources.');
  }
  return {
    text: snapshot,
    resources: resources.map((resource: unknown) => {
      const { type, name } = asObject(resource);
      return { type: textOf(type), name: textOf(name) };
    }),
    diagnostics: Array.isArray(diagnostics) ? diagnostics.map(textOf) : [],
  };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** For the log: a line a resource, what the CLI says, and the count. */
export function predictionLines({ resources, diagnostics }: LocalPrediction): string[] {
  return [
    ...resources.map(({ type, name }) => `  ${type} ${name}`),
    ...diagnostics.map((text) => `  ${text}`),
    countLine(resources),
  ];
}

/** A summary page stays readable; the file has everything. */
const mostResources = 100;

/** The same for people. */
export function predictionPage({ resources, diagnostics }: LocalPrediction, title: string): string {
  const shown = resources.slice(0, mostResources);
  const more = resources.length - shown.length;
  return [
    `## Bicep snapshot: ${plain(title)}`,
    '',
    plain(countLine(resources)),
    '',
    ...shown.map(({ type, name }) => `- ${plain(`${type} ${name}`)}`),
    ...(more > 0 ? [`- and ${more} more, in the JSON file`] : []),
    ...diagnostics.map((text) => `- ${plain(text)}`),
    '',
  ].join('\n');
}

function countLine({ length }: LocalPrediction['resources']): string {
  const count = length === 1 ? 'one resource' : `${length} resources`;
  return `Bicep predicts ${count}, without asking Azure what is there.`;
}
