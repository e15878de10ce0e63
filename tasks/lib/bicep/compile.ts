import { SpokelineError } from '../errors.ts';
import type { BicepCompiler, Diagnostic, ParamsCompilation } from './compiler.ts';

export type Warn = (diagnostic: Diagnostic) => void;

/**
 * Compiles a Bicep file to the JSON text of an ARM template. Warnings go to `warn`; errors are thrown as one
 * BICEP_COMPILE with a detail for each. Throws BICEP_FAILED, too.
 */
export async function compileTemplate(
  bicep: BicepCompiler,
  file: string,
  warn: Warn,
): Promise<string> {
  const { template, diagnostics } = await bicep.compile(file);
  for (const found of diagnostics) if (found.level === 'warning') warn(found);
  if (template === undefined) throw compileError(file, diagnostics);
  return template;
}

/**
 * Compiles a `.bicepparam` file under some values that take the place of its own. `secrets` are texts that
 * may be among what the file reads: the compiler quotes values in its messages. Throws as compileTemplate.
 */
export async function compileParameters(
  bicep: BicepCompiler,
  file: string,
  overrides: Readonly<Record<string, unknown>>,
  secrets: readonly string[],
  warn: Warn,
): Promise<ParamsCompilation & { readonly parameters: string }> {
  const compiled = await bicep.compileParams(file, overrides);
  const diagnostics = compiled.diagnostics.map((found) => ({
    ...found,
    message: without(found.message, secrets),
  }));
  // The template's own warnings were told when it was compiled.
  for (const found of diagnostics) {
    if (found.level === 'warning' && found.file.toLowerCase().endsWith('.bicepparam')) warn(found);
  }
  const { parameters } = compiled;
  if (parameters === undefined) throw compileError(file, diagnostics);
  return { ...compiled, parameters };
}

function without(message: string, secrets: readonly string[]): string {
  return secrets
    .filter((secret) => secret !== '')
    .reduce((text, secret) => text.replaceAll(`'${secret}'`, "'***'"), message);
}

function compileError(file: string, diagnostics: readonly Diagnostic[]): SpokelineError {
  const errors = diagnostics.filter((d) => d.level === 'error');
  const count = errors.length === 1 ? 'one error' : `${errors.length} errors`;
  return new SpokelineError('BICEP_COMPILE', `${file} has ${count}.`, {
    details: errors.map(({ file: at, line, column, code, message }) => ({
      file: at,
      line,
      column,
      code,
      message,
    })),
  });
}
