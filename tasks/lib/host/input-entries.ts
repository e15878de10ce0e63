import type { AgentPort } from './agent-port.ts';
import { document } from './document-input.ts';
import type { InputReader } from './input-spec.ts';

/** A list in YAML or JSON, written into the input itself. Left out means an empty list. */
export function entries(): InputReader<unknown[]> {
  const inner = document();
  return {
    kind: 'document',
    required: false,
    read: (port, name, report) => {
      const text = port.input(name);
      if (text === undefined) return [];
      // As the only value of a mapping, so that one reader judges the YAML of all inputs.
      const wrapped: AgentPort = { ...port, input: () => `entries:\n${indented(text)}` };
      const value = inner.read(wrapped, name, (problem, code) =>
        report(problem.replace('an object in', 'a list in'), code),
      )?.['entries'];
      if (value === undefined) return undefined;
      if (Array.isArray(value)) return value as unknown[];
      report(`holds ${value === null ? 'nothing' : 'no list'}; allowed: a list in YAML or JSON.`);
      return undefined;
    },
  };
}

function indented(text: string): string {
  return text.replace(/^/gm, '  ');
}
