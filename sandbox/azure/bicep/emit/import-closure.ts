import { dirname, relative } from 'node:path';
import type { CallNode } from '../syntax/nodes.ts';
import { typeOf, typeChildrenOf, valuesOf, walk } from '../syntax/walk.ts';
import type { TypeNode } from '../syntax/type-nodes.ts';
import { isExported } from '../model/compilation.ts';
import type { Model } from '../model/model.ts';
import type {
  AnySymbol,
  DeclaredSymbol,
  FuncSymbol,
  ImportedSymbol,
  TypeSymbol,
  VarSymbol,
  WildcardSymbol,
} from '../model/symbols.ts';
import { loadedVariables } from './loaded-variables.ts';

export type Importable = VarSymbol | TypeSymbol | FuncSymbol;

/** The variable that another file's loaded content becomes. */
export interface ForeignContent {
  kind: 'content';
  name: string;
  node: CallNode;
}

export interface ForeignSymbol {
  symbol: Importable | ForeignContent;
  model: Model;
  /** In this template; `_1.name` unless the file imports it by name. */
  name: string;
  /** Path of its file, relative to that of the template. */
  source: string;
  original: string;
}

const importable = (symbol: DeclaredSymbol | undefined): Importable | undefined =>
  symbol?.kind === 'var' || symbol?.kind === 'type' || symbol?.kind === 'func' ? symbol : undefined;

/** Everything that a file takes from others by `import`, with the names that it gets. */
export class ImportClosure {
  readonly foreign: ForeignSymbol[] = [];
  private readonly names = new Map<Importable | CallNode, string>();

  constructor(model: Model) {
    const found = new Map<Importable | CallNode, Model>();
    for (const symbol of model.symbols.values()) this.collect(symbol, found);
    this.assign(model, found);
  }

  /** The declaration behind an imported name. */
  target(symbol: ImportedSymbol): Importable | undefined {
    return importable(symbol.target?.symbols.get(symbol.original));
  }

  /** `wildcard.name`, if that file exports it. */
  member(symbol: WildcardSymbol, name: string): Importable | undefined {
    const member = importable(symbol.target?.symbols.get(name));
    return member && isExported(member) ? member : undefined;
  }

  nameOf(symbol: VarSymbol | TypeSymbol): string {
    return this.names.get(symbol) ?? symbol.name;
  }

  /** With its name space. */
  functionName(symbol: FuncSymbol): string {
    const name = this.names.get(symbol) ?? symbol.name;
    return name.includes('.') ? name : `__bicep.${name}`;
  }

  /** The variable of a file's loaded content. */
  loadedName(node: CallNode, name: string): string {
    return this.names.get(node) ?? name;
  }

  private collect(symbol: AnySymbol, found: Map<Importable | CallNode, Model>): void {
    if (symbol.kind === 'imported' && symbol.target) {
      const target = this.target(symbol);
      if (target) this.add(target, symbol.target, found);
    }
    if (symbol.kind === 'wildcard' && symbol.target) {
      for (const member of symbol.target.symbols.values()) {
        const target = importable(member);
        if (target && isExported(target)) this.add(target, symbol.target, found);
      }
    }
  }

  private add(symbol: Importable, model: Model, found: Map<Importable | CallNode, Model>): void {
    if (found.has(symbol)) return;
    found.set(symbol, model);
    const follow = (node: object): void => {
      const used = model.references.get(node);
      if (used?.kind === 'var' || used?.kind === 'type' || used?.kind === 'func') {
        this.add(used, model, found);
      } else if (used) {
        this.collect(used, found);
      }
    };
    const followType = (type: TypeNode): void => {
      follow(type);
      for (const part of typeChildrenOf(type)) followType(part);
    };
    const type = typeOf(symbol.node);
    if (type) followType(type);
    if (symbol.kind === 'func') {
      const { parameters, returns } = symbol.node.lambda;
      for (const p of parameters) if (p.type) followType(p.type);
      if (returns) followType(returns);
    }
    const contents = loadedVariables(model);
    for (const value of valuesOf(symbol.node)) {
      walk(value, (node) => {
        follow(node);
        if (node.kind === 'call' && contents.has(node)) found.set(node, model);
      });
    }
  }

  private assign(model: Model, found: Map<Importable | CallNode, Model>): void {
    for (const symbol of model.symbols.values()) {
      const target = symbol.kind === 'imported' ? this.target(symbol) : undefined;
      if (target && symbol.kind === 'imported') this.names.set(target, symbol.name);
    }
    const list = [...found].map(([key, from]) => {
      const symbol: ForeignSymbol['symbol'] =
        key.kind === 'call'
          ? { kind: 'content', name: loadedVariables(from).get(key) ?? '', node: key }
          : key;
      const source = from.source ?? relative(dirname(model.path), from.path).replaceAll('\\', '/');
      return { key, symbol, model: from, source, original: symbol.name };
    });
    list.sort((a, b) =>
      `${a.source}_${a.original}`.localeCompare(`${b.source}_${b.original}`, 'en'),
    );
    // One counter for files and for names that are no identifiers.
    let next = 1;
    const files = new Map<string, number>();
    for (const item of list) {
      let name = this.names.get(item.key);
      if (name === undefined) {
        let file = files.get(item.source);
        if (file === undefined) {
          file = next++;
          files.set(item.source, file);
        }
        const plain = /^[A-Za-z_]\w*$/.test(item.original) ? item.original : `_${next++}`;
        name = `_${file}.${plain}`;
        this.names.set(item.key, name);
      }
      const { symbol, model: from, source, original } = item;
      this.foreign.push({ symbol, model: from, name, source, original });
    }
    this.foreign.sort((a, b) => a.name.localeCompare(b.name, 'en'));
  }
}
