import { writeExact } from '../net/exact-json.ts';
import type { Parameters } from './parameters.ts';
import type { DeploymentState } from './port.ts';
import { secretsIn, type Template } from './template.ts';

export interface OutputSink {
  mask(secret: string): void;
  /** `whole` is the output that names a file with the value, too. */
  setOutput(
    name: string,
    value: string,
    options?: { readonly secret?: boolean; readonly whole?: string },
  ): void;
  info(text: string): void;
}

/** Shorter texts are no secrets, and hiding them would make the log unreadable. */
const shortestSecret = 4;

/** The output that names a file with `outputs`, which may be too long for a variable. */
export const outputsFile = 'outputsFile';

/**
 * Publishes the outputs of a deployment: each as `output.<name>`, all but the secure ones as the JSON
 * object `outputs`, which is returned. Everything secure is hidden from the log before the first of them is printed.
 */
export function publishOutputs(
  outputs: DeploymentState['outputs'],
  template: Template,
  sink: OutputSink,
): string {
  const entries = Object.entries(outputs).map(([name, { type, value }]) => ({
    name,
    value,
    wholly: /^secure(string|object)$/i.test(type),
    secure: /^secure(string|object)$/i.test(type) || template.outputs[name]?.secure === true,
  }));
  for (const { name, value, wholly } of entries) {
    const secrets = wholly ? [value] : secretsIn(template, 'outputs', name, value);
    for (const secret of secrets) hide(secret, (text) => sink.mask(text));
  }
  const open: [string, unknown][] = [];
  for (const { name, value, secure } of entries) {
    if (secure && value === undefined) {
      // ARM keeps the values of secure outputs to itself.
      sink.info(`Output ${name} is secure; Azure does not return its value.`);
      continue;
    }
    // No file holds a secure one.
    const options = secure ? { secret: true } : { whole: outputsFile };
    sink.setOutput(`output.${name}`, textOf(value), options);
    if (!secure) open.push([name, value ?? null]);
  }
  const document = writeExact(Object.fromEntries(open));
  sink.setOutput('outputs', document, { whole: outputsFile });
  return document;
}

function textOf(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : writeExact(value);
}

/** Hides the values of secure parameters. */
export function hideSecure(
  template: Template,
  parameters: Parameters,
  mask: (text: string) => void,
): void {
  for (const [name, parameter] of Object.entries(parameters)) {
    if (!('value' in parameter)) continue;
    for (const secret of secretsIn(template, 'parameters', name, parameter.value)) {
      hide(secret, mask);
    }
  }
}

/** Hides a secret value of any type: as a whole, and each text in it. */
export function hide(value: unknown, mask: (text: string) => void): void {
  if (value === undefined || value === null) return;
  const whole = textOf(value);
  if (whole !== '' && whole !== '{}' && whole !== '[]') mask(whole);
  if (typeof value === 'object') hideTexts(value, mask);
}

function hideTexts(value: unknown, mask: (text: string) => void): void {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint') {
    const text = String(value);
    if (text.length >= shortestSecret) mask(text);
  } else if (typeof value === 'object' && value !== null) {
    for (const inner of Object.values(value)) hideTexts(inner, mask);
  }
}
