import JSON5 from 'json5';
import { invalidTemplate } from '../engine-error.ts';
import { toJson } from '../json.ts';
import type { JsonValue } from '../json.ts';
import { strict, stringAt } from './built-in.ts';
import type { BuiltIn } from './built-in.ts';

/** base64, data URIs and JSON text. */
export const encoding: readonly BuiltIn[] = [
  strict('base64', 1, 1, (values, call) =>
    Buffer.from(stringAt(values, 0, call), 'utf8').toString('base64'),
  ),
  strict('base64ToString', 1, 1, (values, call) => decode(stringAt(values, 0, call), call.name)),
  strict('base64ToJson', 1, 1, (values, call) =>
    parseJson(decode(stringAt(values, 0, call), call.name), call.name),
  ),
  // The charset is spelled utf8 in the documentation and in recorded deployments; the library in the Bicep CLI has
  // utf-8 by now, and gives JSON back as text below.
  strict('dataUri', 1, 1, ([value = null]) => {
    const type = typeof value === 'string' ? 'text/plain' : 'application/json';
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    return `data:${type};charset=utf8;base64,${Buffer.from(text, 'utf8').toString('base64')}`;
  }),
  strict('dataUriToString', 1, 1, (values, call) => {
    const text = stringAt(values, 0, call);
    const match = /^data:([^,]*),(.*)$/s.exec(text);
    if (match === null) {
      throw invalidTemplate(
        `Unable to evaluate template language function 'dataUriToString': '${text}' is not a ` +
          'data URI.',
      );
    }
    const data = match[2] ?? '';
    const header = match[1] ?? '';
    const plain = /;\s*base64\s*$/i.test(header) ? decode(data, call.name) : percentDecode(data);
    // Data of type application/json comes back as the value, not as its text.
    return /^application\/json(;|$)/i.test(header) ? parseJson(plain, call.name) : plain;
  }),
  strict('json', 1, 1, (values, call) => parseJson(stringAt(values, 0, call), call.name)),
];

function percentDecode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw invalidTemplate(
      `Unable to evaluate template language function 'dataUriToString': '${text}' is not ` +
        'percent-encoded.',
    );
  }
}

function decode(text: string, name: string): string {
  const compact = text.replaceAll(/\s/g, '');
  if (compact.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(compact)) {
    throw invalidTemplate(
      `Unable to evaluate template language function '${name}': '${text}' is not valid base64.`,
    );
  }
  return Buffer.from(compact, 'base64').toString('utf8');
}

/**
 * JSON text as Newtonsoft reads it, which is close to JSON5: single quotes, which the documentation's own examples use
 * (https://learn.microsoft.com/azure/azure-resource-manager/templates/template-functions-string), names without
 * quotes, comments, commas at the end.
 */
function parseJson(text: string, name: string): JsonValue {
  let value: unknown;
  try {
    value = JSON5.parse(text, finite);
  } catch {
    throw invalidTemplate(
      `Unable to evaluate template language function '${name}': the text is not valid JSON: ` +
        `'${text.slice(0, 80)}'.`,
    );
  }
  return exactJson(toJson(value), name);
}

function finite(_: string, value: unknown): unknown {
  if (typeof value === 'number' && !Number.isFinite(value)) throw new SyntaxError('not a number');
  return value;
}

/** Refuses integers that this engine would round. */
function exactJson(value: JsonValue, name: string): JsonValue {
  if (typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value)) {
    throw invalidTemplate(
      `Unable to evaluate template language function '${name}': the number '${value}' is beyond 2^53, which this ` +
        `engine can't hold.`,
    );
  }
  if (typeof value === 'object' && value !== null) {
    Object.values(value).forEach((item) => exactJson(item, name));
  }
  return value;
}
