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
    // Read as a form is: a plus is a blank, a % that starts no escape stays, and what is no UTF-8 becomes U+FFFD.
    return text
      .replaceAll('+', ' ')
      .replaceAll(/(?:%[0-9a-fA-F]{2})+/g, (escapes) =>
        Buffer.from(escapes.replaceAll('%', ''), 'hex').toString('utf8'),
      );
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
    const port = url.port === '' ? null : Number(url.port);
    const result: JsonObject = { scheme: url.protocol.slice(0, -1), host: url.hostname, port };
    if (url.pathname !== '/') result['path'] = url.pathname;
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
  const slash = path.startsWith('/') ? '' : '/';
  const mark = query === '' || query.startsWith('?') ? '' : '?';
  const address = `${scheme}://${host}${port === undefined ? '' : `:${port}`}`;
  if (!URL.canParse(address) || /\s/.test(host)) {
    throw invalidTemplate(
      `Unable to evaluate template language function 'buildUri': '${address}' is not a valid address.`,
    );
  }
  // The default port of the scheme and the case of the host go; escapes of path and query come back as letters.
  return `${new URL(address).origin}${unescaped(`${slash}${path}${mark}${query}`)}`;
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
