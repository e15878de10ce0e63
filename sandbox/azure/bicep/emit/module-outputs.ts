import { decoratorNamed } from '../syntax/read.ts';
import type { ModuleSymbol } from '../model/symbols.ts';

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The outputs of a module's file, and whether their values are kept secret. */
export function outputsOf(symbol: ModuleSymbol): Map<string, { secure: boolean }> {
  const { target } = symbol;
  const result = new Map<string, { secure: boolean }>();
  if (!target) return result;
  if (target.kind === 'json') {
    const outputs = target.template['outputs'];
    for (const [name, output] of Object.entries(isObject(outputs) ? outputs : {})) {
      const type = isObject(output) ? String(output['type']).toLowerCase() : '';
      result.set(name, { secure: type.startsWith('secure') });
    }
    return result;
  }
  for (const output of target.outputs) {
    const secure = decoratorNamed(output.decorators, 'secure') !== undefined;
    result.set(output.name.name, { secure });
  }
  return result;
}

export function isSecureOutput(symbol: ModuleSymbol, name: string): boolean {
  return outputsOf(symbol).get(name)?.secure ?? false;
}

export function hasSecureOutputs(symbol: ModuleSymbol): boolean {
  return [...outputsOf(symbol).values()].some((output) => output.secure);
}
