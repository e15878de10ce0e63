import type { CallNode, Expression } from '../syntax/nodes.ts';
import type { Model } from '../model/model.ts';
import type { AnySymbol, LocalSymbol, ResourceSymbol, VarSymbol } from '../model/symbols.ts';
import type { Arm } from './arm.ts';
import type { ImportClosure } from './import-closure.ts';

/** What is the same for all expressions of one file. */
export interface FileContext {
  readonly model: Model;
  /** languageVersion 2.0: resources by symbol. */
  readonly symbolic: boolean;
  readonly inlined: ReadonlySet<VarSymbol | ResourceSymbol>;
  /** Variables that hold the content of loaded files. */
  readonly loadedNames: ReadonlyMap<CallNode, string>;
  readonly imports: ImportClosure;
}

/** Where an expression stands: loop variables may have been replaced by something else. */
export interface Context extends FileContext {
  /** The loop that an imported variable is, which has another name here than in its own file. */
  readonly importedLoop?: { owner: Expression; name: string };
  readonly locals: ReadonlyMap<LocalSymbol, Arm>;
}

/** What a name in the text means. */
export function symbolOf(context: FileContext, node: Expression): AnySymbol | undefined {
  return context.model.references.get(node);
}

/** The same place with some loop variables replaced. */
export function withLocals(
  context: Context,
  replacements: Iterable<readonly [LocalSymbol, Arm]>,
): Context {
  return { ...context, locals: new Map([...context.locals, ...replacements]) };
}
