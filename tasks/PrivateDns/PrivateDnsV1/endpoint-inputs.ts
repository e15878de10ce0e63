import type { InputReader } from '../../lib/host/inputs.ts';

const endpointId =
  /^\/subscriptions\/[^/\s]+\/resourceGroups\/[^/\s]+\/providers\/Microsoft\.Network\/privateEndpoints\/[^/\s]+$/i;

/**
 * Ids of private endpoints, one a line or with commas between; or JSON as a deployment's outputs have it, in which every
 * id of a private endpoint counts, however deep.
 */
export function endpointIds(): InputReader<string[]> {
  return {
    kind: 'list',
    required: false,
    read: (port, name, report) => {
      const text = port.input(name) ?? '';
      if (/^\s*[[{"]/.test(text)) return fromJson(text, report);
      const ids = text
        .split(/[\r\n,]/)
        .map((part) => part.trim())
        .filter((part) => part !== '');
      const other = ids.find((id) => !endpointId.test(id));
      if (other !== undefined) report(`has ${other}; allowed: ids of private endpoints, or JSON.`);
      return ids;
    },
  };
}

function fromJson(text: string, report: (problem: string) => void): string[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    report('begins like JSON and is none; allowed: ids of private endpoints, or JSON.');
    return [];
  }
  const ids = [...new Set(stringsIn(value).filter((part) => endpointId.test(part)))];
  if (ids.length === 0) report('has no id of a private endpoint in its JSON.');
  return ids;
}

function stringsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(stringsIn) : [];
}

/** A tag that endpoints have to have, with a value of its own if one is given. */
export interface WantedTag {
  readonly name: string;
  readonly value: string | undefined;
}

/** Splits `name` and `name=value`. */
export function wantedTag(text: string): WantedTag {
  const end = text.indexOf('=');
  return end < 0
    ? { name: text, value: undefined }
    : { name: text.slice(0, end).trim(), value: text.slice(end + 1).trim() };
}
