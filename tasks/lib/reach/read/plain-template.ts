import { isDeepStrictEqual } from 'node:util';
import { SpokelineError } from '../../errors.ts';
import { isDecisive } from './predicted.ts';
import type { Resource } from './resource.ts';
import { listAt, objectAt, textAt, valueAt } from './resource.ts';

/** Where a template would be deployed. */
export interface TemplatePlace {
  readonly subscriptionId: string;
  readonly resourceGroup: string;
}

/**
 * The resources of an ARM template that is plain: parameters, variables, conditions of these, `concat`, `format` and
 * `resourceId`. Anything that needs a template engine (loops, nested deployments, other functions) is refused
 * where it stands in a network resource; the Bicep CLI's snapshot has one.
 *
 * @throws SpokelineError TEMPLATE_INVALID
 */
export function resourcesOfPlainTemplate(
  template: unknown,
  values: Readonly<Record<string, unknown>>,
  place: TemplatePlace,
  name: string,
): Resource[] {
  return new PlainTemplate(template, values, place, name).resources();
}

class PlainTemplate {
  readonly #template: unknown;
  readonly #values: Readonly<Record<string, unknown>>;
  readonly #place: TemplatePlace;
  readonly #name: string;

  constructor(
    template: unknown,
    values: Readonly<Record<string, unknown>>,
    place: TemplatePlace,
    name: string,
  ) {
    this.#template = template;
    this.#values = values;
    this.#place = place;
    this.#name = name;
  }

  resources(): Resource[] {
    const given = valueAt(this.#template, 'resources');
    const list = Array.isArray(given) ? (given as unknown[]) : Object.values(given ?? {});
    return list.flatMap((item) => this.#read(item, '', ''));
  }

  #read(item: unknown, parentType: string, parentName: string): Resource[] {
    const own = textAt(item, 'type') ?? '';
    const type = parentType === '' || own.includes('/') ? own : `${parentType}/${own}`;
    if (/^Microsoft\.Resources\/deployments$/i.test(type)) {
      throw this.#refusal('a nested deployment');
    }
    if (!isDecisive(type)) return [];
    for (const key of ['copy', 'scope']) {
      if (valueAt(item, key) !== undefined) throw this.#refusal(`"${key}" of a ${type}`);
    }
    const condition = this.#value(valueAt(item, 'condition') ?? true);
    if (condition === false || valueAt(item, 'existing') === true) return [];
    if (condition !== true) throw this.#refusal(`"condition" of a ${type}`);
    const given = String(this.#value(textAt(item, 'name') ?? ''));
    const name = parentName === '' || given.includes('/') ? given : `${parentName}/${given}`;
    const location = this.#value(textAt(item, 'location') ?? '');
    const properties = this.#value(objectAt(item, 'properties')) as Record<string, unknown>;
    const sku = this.#value(valueAt(item, 'sku'));
    const children = listAt(item, 'resources').flatMap((child) => this.#read(child, type, name));
    return [
      {
        id: this.#idOf(type, name.split('/')),
        type,
        properties: { ...properties, ...(sku === undefined ? {} : { sku }) },
        ...(typeof location === 'string' && location !== '' ? { location } : {}),
      },
      ...children,
    ];
  }

  #idOf(type: string, names: readonly string[]): string {
    const [namespace, ...kinds] = type.split('/');
    const { subscriptionId, resourceGroup } = this.#place;
    const path = kinds.map((kind, position) => `${kind}/${names[position]}`).join('/');
    return `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/${namespace}/${path}`;
  }

  #value(given: unknown): unknown {
    if (Array.isArray(given)) return given.map((item) => this.#value(item));
    if (typeof given === 'object' && given !== null) {
      if (Object.hasOwn(given, 'copy')) throw this.#refusal('a loop');
      const entries = Object.entries(given).map(([key, value]) => [key, this.#value(value)]);
      return Object.fromEntries(entries) as unknown;
    }
    if (typeof given !== 'string') return given;
    if (given.startsWith('[[')) return given.slice(1);
    const expression = /^\[([\s\S]*)\]$/.exec(given)?.[1];
    return expression === undefined ? given : this.#evaluate(expression);
  }

  #evaluate(text: string): unknown {
    const tokens = text.match(/'(?:[^']|'')*'|[A-Za-z_][\w]*|-?\d+|[().,[\]]|\S/g) ?? [];
    let at = 0;
    const next = (): string => tokens[at++] ?? '';
    const expect = (token: string): void => {
      if (next() !== token) throw this.#refusal(`[${text}]`);
    };
    const parse = (): unknown => {
      const token = next();
      let value: unknown;
      if (token.startsWith("'")) value = token.slice(1, -1).replaceAll("''", "'");
      else if (/^-?\d+$/.test(token)) value = Number(token);
      else if (/^(true|false)$/.test(token)) value = token === 'true';
      else {
        expect('(');
        const args: unknown[] = [];
        if (tokens[at] === ')') at += 1;
        else {
          do args.push(parse());
          while (next() === ',');
          if (tokens[at - 1] !== ')') throw this.#refusal(`[${text}]`);
        }
        value = this.#call(token, args, text);
      }
      for (;;) {
        if (tokens[at] === '.') {
          at += 1;
          value = this.#member(value, next(), text);
        } else if (tokens[at] === '[') {
          at += 1;
          value = this.#member(value, String(parse()), text);
          expect(']');
        } else return value;
      }
    };
    const value = parse();
    if (at !== tokens.length) throw this.#refusal(`[${text}]`);
    return value;
  }

  #member(value: unknown, key: string, text: string): unknown {
    const found = Array.isArray(value) ? (value as unknown[])[Number(key)] : valueAt(value, key);
    if (found === undefined) throw this.#refusal(`[${text}], of which "${key}" is not known`);
    return found;
  }

  #call(name: string, args: readonly unknown[], text: string): unknown {
    const { subscriptionId, resourceGroup } = this.#place;
    const [first] = args;
    switch (name.toLowerCase()) {
      case 'parameters':
        return this.#parameter(String(first), text);
      case 'variables':
        return this.#value(valueAt(objectAt(this.#template, 'variables'), String(first)));
      case 'concat':
        return args.every(Array.isArray) ? args.flat() : args.map(String).join('');
      case 'format':
        return String(first).replace(/\{(\d+)\}/g, (_, position: string) =>
          String(args[Number(position) + 1]),
        );
      case 'equals':
        return isDeepStrictEqual(first, args[1]);
      case 'not':
        return !this.#truth(first, text);
      case 'and':
        return args.every((arg) => this.#truth(arg, text));
      case 'or':
        return args.some((arg) => this.#truth(arg, text));
      case 'resourceid': {
        const type = args.findIndex((arg) => String(arg).includes('/'));
        const names = args.slice(type + 1).map(String);
        // Before the type there may be a subscription and a resource group.
        if (type > 0) throw this.#refusal(`[${text}], which leads to another scope`);
        return this.#idOf(String(args[type]), names);
      }
      case 'resourcegroup':
        return {
          name: resourceGroup,
          id: `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}`,
          location: '',
        };
      case 'subscription':
        return { subscriptionId, id: `/subscriptions/${subscriptionId}` };
      default:
        throw this.#refusal(`the function ${name} in [${text}]`);
    }
  }

  #truth(value: unknown, text: string): boolean {
    if (typeof value !== 'boolean') throw this.#refusal(`[${text}], of which a part is no truth`);
    return value;
  }

  #parameter(name: string, text: string): unknown {
    if (Object.hasOwn(this.#values, name)) return this.#values[name];
    const declared = objectAt(objectAt(this.#template, 'parameters'), name);
    if (!Object.hasOwn(declared, 'defaultValue')) {
      throw new SpokelineError(
        'TEMPLATE_INVALID',
        `${this.#name}: parameter "${name}" has no value.`,
        {
          hint: `Give it in parametersFile or parameters; it is read in [${text}].`,
        },
      );
    }
    return this.#value(declared['defaultValue']);
  }

  #refusal(what: string): SpokelineError {
    return new SpokelineError(
      'TEMPLATE_INVALID',
      `${this.#name} has ${what}, which is not evaluated here.`,
      {
        hint: 'Give the .bicep or .bicepparam file instead: the snapshot of the Bicep CLI (0.36.1 or later) evaluates it all.',
      },
    );
  }
}
