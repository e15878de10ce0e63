import * as v from 'valibot';
import { validate } from '../topology/validate.ts';
import type { Report } from './zone-name.ts';
import type { OwnZones } from './zones.ts';

const zoneTemplate = /^(?:[a-z0-9_-]+|\{[A-Za-z]+\})(?:\.(?:[a-z0-9_-]+|\{[A-Za-z]+\}))+$/;
const zoneRule = 'a zone such as privatelink.example.net, or a list of zones';
const zoneList = v.pipe(
  v.union([v.string(), v.array(v.string())], zoneRule),
  v.transform((given) => [given].flat()),
  v.check((zones) => zones.length > 0 && zones.every((z) => zoneTemplate.test(z)), zoneRule),
);
const kindPattern = /^\S+\/\S+ \S+$/;
const zonesSchema = v.record(
  v.pipe(
    v.string(),
    v.regex(kindPattern, 'a type and a group id, such as Microsoft.Example/things thing'),
  ),
  zoneList,
);

/** Reads the input `zones`: `type group` to the zone or zones. */
export function readZones(document: unknown, report: Report): OwnZones[] {
  const { output, breaches } = validate(zonesSchema, document);
  for (const { message } of breaches) report(`is not right: ${message}`);
  return Object.entries(output ?? {}).map(([kind, zones]) => {
    const [type = '', groupId = ''] = kind.split(' ');
    return { type, groupId, zones };
  });
}
