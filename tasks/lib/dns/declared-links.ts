import * as v from 'valibot';
import { validate } from '../topology/validate.ts';
import { isPrivateLink, zoneName, type Report } from './zone-name.ts';

/** How a network is linked. */
export interface DeclaredLink {
  /** `hub`, `operations`, the name of a stamp, or the id of a virtual network. */
  readonly network: string;
  /** The zones that the run uses, when undefined. */
  readonly zones: readonly string[] | undefined;
  readonly registration: boolean;
  /** That of the topology when undefined. */
  readonly fallback: boolean | undefined;
}

const networkId =
  /^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+\/providers\/Microsoft\.Network\/virtualNetworks\/[^/]+$/i;
const linkSchema = v.record(
  v.pipe(
    v.string(),
    v.check(
      (text) => networkId.test(text) || /^[a-z][a-z0-9-]*$/.test(text),
      'hub, operations, the name of a stamp, or the id of a virtual network',
    ),
  ),
  v.strictObject({
    zones: v.optional(v.pipe(v.array(zoneName), v.minLength(1, 'one or more zones'))),
    registration: v.optional(v.boolean('true or false'), false),
    fallback: v.optional(v.boolean('true or false')),
  }),
);

/** Reads the input `links`: networks and how they are linked. */
export function readLinks(document: unknown, report: Report): DeclaredLink[] {
  const { output, breaches } = validate(linkSchema, document);
  for (const { message } of breaches) report(`is not right: ${message}`);
  return Object.entries(output ?? {}).map(([network, { zones, registration, fallback }]) => {
    if (registration && zones?.length !== 1) {
      report(`has registration for ${network} without naming one zone; a network registers in one`);
    }
    const open = zones?.find((zone) => !isPrivateLink(zone));
    if (fallback === true && open !== undefined) {
      report(`has fallback for ${network} in ${open}; only privatelink zones have it`);
    }
    return { network, zones, registration, fallback };
  });
}
