import { invalidTemplate } from '../engine-error.ts';
import { getProperty, isObject } from '../json.ts';
import type { JsonObject, JsonValue } from '../json.ts';
import { objectAt, strict, stringAt } from './built-in.ts';
import type { BuiltIn } from './built-in.ts';

export const uris: readonly BuiltIn[] = [
  strict('uri', 2, 2, (values, call) => {
    const base = stringAt(values, 0, call);
    const relative = stringAt(values, 1, call);
    if (!URL.canParse(relative, base)) {
      throw invalidTemplate(
        `Unable to evaluate template language function 'uri': '${base}' and '${relative}' make ` +
          'no absolute URI.',
      );
    }
    return new URL(relative, base).href;
  }),
  strict('uriComponent', 1, 1, (values, call) =>
    // Uri.EscapeDataString escapes these too; encodeURIComponent does not.
    encodeURIComponent(stringAt(values, 0, call)).replaceAll(
      /[!'()*]/g,
      (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
    ),
  ),
  strict('uriComponentToString', 1, 1, (values, call) => {
    const text = stringAt(values, 0, call);
    // Uri.UnescapeDataString leaves a % alone that starts no valid escape.
    return text.replaceAll(/(?:%[0-9a-fA-F]{2})+/g, (escapes) => {
      try {
        return decodeURIComponent(escapes);
      } catch {
        return escapes;
      }
    });
  }),
  strict('parseUri', 1, 1, (values, call) => {
    const text = stringAt(values, 0, call);
    if (!URL.canParse(text)) {
      throw invalidTemplate(
        `Unable to evaluate template language function 'parseUri': '${text}' is not an absolute ` +
          'URI.',
      );
    }
    const url = new URL(text);
    const result: JsonObject = { scheme: url.protocol.slice(0, -1), host: url.hostname };
    if (url.port !== '') result['port'] = Number(url.port);
    result['path'] = url.pathname;
    if (url.search !== '') result['query'] = url.search;
    return result;
  }),
  strict('buildUri', 1, 1, (values, call) => buildUri(objectAt(values, 0, call))),
];

function buildUri(parts: JsonObject): string {
  for (const key of Object.keys(parts)) {
    if (!['scheme', 'host', 'port', 'path', 'query'].includes(key.toLowerCase())) {
      throw invalidTemplate(
        `Unable to evaluate template language function 'buildUri': unknown property '${key}'.`,
      );
    }
  }
  const text = (name: string): string | undefined => {
    const value: JsonValue | undefined = getProperty(parts, name);
    if (value === undefined || value === null) return undefined;
    if (isObject(value) || Array.isArray(value)) {
      throw invalidTemplate(
        `Unable to evaluate template language function 'buildUri': property '${name}' must be a ` +
          'string.',
      );
    }
    return String(value);
  };
  const scheme = text('scheme');
  const host = text('host');
  if (scheme === undefined || host === undefined) {
    throw invalidTemplate(
      "Unable to evaluate template language function 'buildUri': the properties 'scheme' and " +
        "'host' are required.",
    );
  }
  const port = text('port');
  const path = text('path') ?? '';
  const query = text('query') ?? '';
  const slash = path === '' || path.startsWith('/') ? '' : '/';
  const mark = query === '' || query.startsWith('?') ? '' : '?';
  return `${scheme}://${host}${port === undefined ? '' : `:${port}`}${slash}${path}${mark}${query}`;
}
