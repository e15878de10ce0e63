import type { InputReader } from './input-spec.ts';

// https://pubs.opengroup.org/onlinepubs/9699919799/basedefs/V1_chap08.html, and what Windows takes as well
const variableName = /^[A-Za-z_][A-Za-z0-9_]*$/;

/**
 * Names of environment variables of the step, one a line or with commas between, read with their values. A name
 * without a value is left out: whoever reads the variable may have a default for it.
 */
export function environmentVariables(): InputReader<Readonly<Record<string, string>>> {
  return {
    kind: 'list',
    required: false,
    read: (port, name, report) => {
      const values: Record<string, string> = {};
      for (const part of (port.input(name) ?? '').split(/[\r\n,]/)) {
        const variable = part.trim();
        if (variable === '') continue;
        if (!variableName.test(variable)) {
          const allowed = 'names of environment variables, one a line, without values';
          // What follows a sign of equality may be a secret.
          const shown = JSON.stringify(variable.replace(/=.*$/, '=...'));
          report(`holds ${shown}; allowed: ${allowed}.`);
          continue;
        }
        const value = port.environmentVariable(variable);
        if (value !== undefined) values[variable] = value;
      }
      return values;
    },
  };
}
