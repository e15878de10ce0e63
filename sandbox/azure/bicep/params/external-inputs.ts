import type { JsonValue } from '../../arm/template/json.ts';

interface Definition {
  kind: string;
  config?: JsonValue;
}

/** Whether a call asks for a value that is only known when the parameters are used. */
export function isExternalCall(name: string): boolean {
  return name === 'externalInput';
}

/** The external inputs of a parameters file; equal ones are one. */
export class ExternalInputs {
  private readonly known = new Map<string, string>();
  private readonly definitions = new Map<string, Definition>();

  /** The name of the input that a call asks for. */
  add([kind, config]: readonly JsonValue[]): string {
    const definition: Definition = {
      kind: String(kind),
      ...(config === undefined ? {} : { config }),
    };
    const key = JSON.stringify(definition);
    let name = this.known.get(key);
    if (name === undefined) {
      name = `${definition.kind.replaceAll(/[^A-Za-z0-9]/g, '_')}_${this.known.size}`;
      this.known.set(key, name);
      this.definitions.set(name, definition);
    }
    return name;
  }

  /** The `externalInputDefinitions`; undefined if there are none. */
  json(): Record<string, Definition> | undefined {
    if (this.definitions.size === 0) return undefined;
    return Object.fromEntries([...this.definitions].sort(([a], [b]) => (a < b ? -1 : 1)));
  }
}
