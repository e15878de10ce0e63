import type { ServiceConnection } from './connection.ts';

/** A docker-registry service connection with a user name and a password. */
export interface PasswordConnection {
  /** The endpoint's id, a GUID. */
  readonly id: string;
  readonly scheme: 'UsernamePassword';
  /** Host of the registry that the password is for, with a port where it is not 443. */
  readonly registry: string;
  readonly username: string;
  readonly secret: string;
}

/** A docker-registry service connection of the type Azure Container Registry: an Entra identity. */
export interface EntraConnection extends ServiceConnection {
  /** Login server that the connection was made for. */
  readonly registry: string;
}

export type RegistryConnection = PasswordConnection | EntraConnection;

export function isPassword(connection: RegistryConnection): connection is PasswordConnection {
  return connection.scheme === 'UsernamePassword';
}
