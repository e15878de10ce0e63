import { parseDocument } from 'yaml';
import { withNumbers, writeExact } from '../net/exact-json.ts';
import type { InputReader } from './input-spec.ts';

interface Optional {
  readonly required?: false;
}
interface Required {
  readonly required: true;
}

interface Exact {
  /** Whether whole numbers beyond 2^53 are kept, as a bigint; otherwise they are rounded. */
  readonly exact?: boolean;
}

/** An object in YAML or JSON, written into the input itself. */
export function document(options: Exact & Required): InputReader<Record<string, unknown>>;
export function document(
  options?: Exact & Optional,
): InputReader<Record<string, unknown> | undefined>;
export function document(
  options: Exact & (Optional | Required) = {},
): InputReader<Record<string, unknown> | undefined> {
  const { required = false, exact = false } = options;
  const allowed = 'an object in YAML or JSON';
  return {
    kind: 'document',
    required,
    read: (port, name, report) => {
      const source = port.input(name);
      if (source === undefined && required) report(`is missing; allowed: ${allowed}.`);
      if (source === undefined) return undefined;
      const parsed = parseDocument(source, {
        prettyErrors: false,
        uniqueKeys: true,
        intAsBigInt: exact,
      });
      const fault = parsed.errors[0];
      if (fault) {
        report(`is not YAML or JSON: ${fault.message}; allowed: ${allowed}.`);
        return undefined;
      }
      let value: unknown;
      try {
        value = parsed.toJS({ maxAliasCount: 100 });
        // An alias inside its own anchor is a circle, which nothing that takes the value can write.
        writeExact(value);
        if (exact) value = withNumbers(value);
      } catch (error) {
        const why = error instanceof Error ? error.message.split('\n')[0] : String(error);
        report(`cannot be used: ${why}; allowed: ${allowed}.`);
        return undefined;
      }
      if (typeof value !== 'object' || value === null || Array.isArray(value)) {
        report(`holds ${Array.isArray(value) ? 'a list' : 'a single value'}; allowed: ${allowed}.`);
        return undefined;
      }
      return value as Record<string, unknown>;
    },
  };
}
