export {
  defineInputs,
  readInputs,
  type InputKind,
  type InputReader,
  type InputSpec,
  type InputsOf,
} from './input-spec.ts';
export { document } from './document-input.ts';
export { environmentVariables } from './environment-input.ts';
export { entries } from './input-entries.ts';
export {
  choice,
  connection,
  flag,
  integer,
  list,
  path,
  pathOrReference,
  paths,
  seconds,
  text,
} from './input-readers.ts';
export { registryConnection } from './registry-connection.ts';
