/** `##vso[area.event name=value;...]data`, taken apart. Names are in lower case. */
export interface LoggingCommand {
  area: string;
  event: string;
  properties: Map<string, string>;
  data: string;
}

const prefix = '##vso[';

/** AG: Microsoft.VisualStudio.Services.Agent/Command.cs; the order is that of the agent. */
const escapes: readonly [escaped: string, plain: string][] = [
  ['%3B', ';'],
  ['%0D', '\r'],
  ['%0A', '\n'],
  ['%5D', ']'],
  ['%AZP25', '%'],
];

/**
 * Reads a line as the agent does: the first `##vso[` anywhere in it counts.
 * @returns undefined for a line that is no command, 'malformed' for one that tries to be
 */
export function parseCommand(line: string): LoggingCommand | 'malformed' | undefined {
  const start = line.indexOf(prefix);
  if (start < 0) return line.includes('##vso') ? 'malformed' : undefined;
  const end = line.indexOf(']', start);
  if (end < 0) return 'malformed';
  const head = line.slice(start + prefix.length, end);
  const blank = head.indexOf(' ');
  const name = blank < 0 ? head : head.slice(0, blank);
  const [area, event, ...more] = name.split('.').filter((part) => part !== '');
  if (area === undefined || event === undefined || more.length > 0) return 'malformed';
  const properties = new Map<string, string>();
  if (blank >= 0) {
    for (const pair of head.slice(blank + 1).split(';')) {
      const equals = pair.indexOf('=');
      const key = (equals < 0 ? pair : pair.slice(0, equals)).trim().toLowerCase();
      const value = equals < 0 ? '' : decode(pair.slice(equals + 1));
      if (key !== '' && value !== '') properties.set(key, value);
    }
  }
  return {
    area: area.toLowerCase(),
    event: event.toLowerCase(),
    properties,
    data: decode(line.slice(end + 1)),
  };
}

function decode(text: string): string {
  return escapes.reduce((rest, [escaped, plain]) => rest.replaceAll(escaped, plain), text);
}
