export {
  defineInputs,
  readInputs,
  type InputKind,
  type InputReader,
  type InputSpec,
  type InputsOf,
} from './input-spec.ts';
export { environmentVariables } from './environment-input.ts';
export {
  choice,
  connection,
  document,
  flag,
  integer,
  list,
  path,
  paths,
  seconds,
  text,
} from './input-readers.ts';
