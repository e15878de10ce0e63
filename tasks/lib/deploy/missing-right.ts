/** The missing right that a 403 of Resource Manager speaks of. */
export interface MissingRight {
  readonly action: string;
  readonly scope: string;
  /** As the service names it, `client <id> (object id <id>)`; undefined when it does not. */
  readonly identity: string | undefined;
}

/** Reads action, scope and identity out of the messages of AuthorizationFailed and LinkedAuthorizationFailed. */
export function missingRight(message: string): MissingRight | undefined {
  const linked =
    /permission to perform action\(?s?\)? '([^']+)' on the linked scope\(?s?\)? '([^']+)'/.exec(
      message,
    );
  // Who "has permission to perform action" is kept off by something else, such as a deny assignment.
  const direct =
    /(?<!has permission to )perform action '([^']+)' (?:over|on|at) scope '([^']+)'/.exec(message);
  const match = linked ?? direct;
  const who = /The client '([^']+)' with object id '([^']+)'/.exec(message);
  const identity = who === null ? undefined : `client ${who[1]} (object id ${who[2]})`;
  return match?.[1] && match[2] ? { action: match[1], scope: match[2], identity } : undefined;
}

/** What to do about it. */
export function grant({ action, scope, identity }: MissingRight): string {
  const whom = identity === undefined ? '' : `, ${identity},`;
  return (
    `Give the connection's identity${whom} a role with ${action} at ${scope}; ` +
    'a new role assignment may take some minutes to count.'
  );
}
