import * as v from 'valibot';

/** `Microsoft.KeyVault/vaults/kv-weu`: type and name, as in the resource's id after `/providers/`. */
const service =
  /^[A-Za-z][A-Za-z0-9]*(?:\.[A-Za-z0-9]+)+\/[A-Za-z][A-Za-z0-9]*\/[A-Za-z0-9][\w.()-]*$/;
const scopeId =
  /^\/subscriptions\/[^/\s]+(?:\/resourceGroups\/[^/\s]+(?:\/providers\/Microsoft\.Network\/privateEndpoints\/[^/\s]+)?)?$/i;
const originName = /^[a-z][a-z0-9-]{0,23}$/;

const acceptedConnection = v.pipe(
  v.strictObject({
    service: v.pipe(
      v.string(),
      v.regex(service, 'type and name of a service, such as Microsoft.KeyVault/vaults/kv-weu'),
      v.description(
        'Type and name of the service, or Private Link service, in this resource group.',
      ),
    ),
    from: v.optional(
      v.pipe(
        v.string(),
        v.check(
          (text) => scopeId.test(text) || originName.test(text),
          'hub, operations, a stamp, or the id of a subscription, resource group or private endpoint',
        ),
        v.description(
          'Where the private endpoint is: hub, operations, a stamp, or the id of a subscription, resource group or endpoint.',
        ),
      ),
    ),
    message: v.optional(
      v.pipe(
        v.string(),
        v.nonEmpty('the request message, word for word'),
        v.description('Message of the request, word for word, as Front Door sends it.'),
      ),
    ),
  }),
  v.check(
    ({ from, message }) => from !== undefined || message !== undefined,
    'from, message, or both',
  ),
);

/** Who may be let in; part of the hub and of stamps. */
export const acceptedConnections = v.optional(
  v.pipe(
    v.array(acceptedConnection),
    v.description('Private endpoint connections that may be approved; no other is.'),
  ),
);
