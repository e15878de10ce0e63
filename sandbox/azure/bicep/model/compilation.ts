import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { EngineError } from '../../arm/template/engine-error.ts';
import type { Expression } from '../syntax/nodes.ts';
import { TOO_DEEP } from '../syntax/cursor.ts';
import { parse } from '../syntax/parse-file.ts';
import { literalText } from '../syntax/read.ts';
import { bind } from './bind.ts';
import { BadSettings, readSettings } from './bicepconfig.ts';
import { readArtifactSettings } from './artifact-settings.ts';
import { declare } from './declare.ts';
import { modelOfTemplate } from './json-model.ts';
import { parseJsonC } from './json-text.ts';
import { loadContents } from './load-content.ts';
import type { JsonTemplate, Model } from './model.ts';
import { emptyModel, report } from './model.ts';
import { isCached, registryModule } from './registry.ts';

/** The files of one compilation, each read once. */
export class Compilation {
  /** Every file read, whatever for; absolute paths. */
  readonly files = new Set<string>();
  readonly models = new Map<string, Model | JsonTemplate>();
  private readonly loading: string[] = [];

  /** Reads a `.bicep` or `.bicepparam` file and all it refers to. Throws if the file itself cannot be read. */
  load(path: string): Model {
    const known = this.models.get(path);
    if (known && known.kind !== 'json') return known;
    const text = readFileSync(path, 'utf8');
    this.files.add(path);
    const model = this.parse(path, text);
    this.models.set(path, model);
    this.loading.push(path);
    try {
      declare(model);
      this.resolveReferences(model);
      bind(model);
      loadContents(model, this.files);
    } catch (error) {
      // An expression of thousands of operators exhausts the stack.
      if (!(error instanceof RangeError)) throw error;
      report(model, { start: 0, end: 0 }, 'BCP000', TOO_DEEP);
    } finally {
      this.loading.pop();
    }
    return model;
  }

  private parse(path: string, text: string): Model {
    const { program, problems, directives } = parse(text);
    const model: Model = {
      ...emptyModel(path.endsWith('.bicepparam') ? 'params' : 'bicep', path, text),
      program,
      directives,
      diagnostics: problems.map((problem) => ({ ...problem, level: 'Error' })),
    };
    try {
      model.settings = readSettings(path, this.files);
    } catch (error) {
      if (!(error instanceof BadSettings)) throw error;
      report(model, { start: 0, end: 0 }, 'BCP271', error.message);
    }
    return model;
  }

  /** The file that a reference names, loaded; undefined with a report if it cannot be had. */
  private reference(model: Model, node: Expression): Model | JsonTemplate | undefined {
    const text = literalText(node);
    if (text === undefined) {
      report(model, node, 'BCP032', 'The value must be a compile-time constant.');
      return undefined;
    }
    if (/^(br|ts)([:/]|$)/.test(text)) return this.artifact(model, node, text);
    if (text === '') {
      report(model, node, 'BCP050', 'The specified path is empty.');
      return undefined;
    }
    const path = resolve(dirname(model.path), text);
    if (this.loading.includes(path)) {
      const cycle = [...this.loading.slice(this.loading.indexOf(path)), path];
      report(model, node, 'BCP095', `The file is involved in a cycle ("${cycle.join('" -> "')}").`);
      return undefined;
    }
    return this.open(model, node, path);
  }

  /** A module of a registry, if the real CLI has fetched it before. */
  private artifact(model: Model, node: Expression, text: string): JsonTemplate | undefined {
    const { aliases, cache } = readArtifactSettings(model.settings);
    const module = registryModule(text, aliases, cache);
    if (module && isCached(module)) {
      const opened = this.open(model, node, module.path);
      if (opened?.kind === 'json') opened.source = module.reference;
      return opened?.kind === 'json' ? opened : undefined;
    }
    report(
      model,
      node,
      'BCP190',
      `The artifact with reference "${module?.reference ?? text}" has not been restored. This compiler fetches nothing: run "bicep restore" of the real CLI; what it has cached is read.`,
    );
    return undefined;
  }

  private open(model: Model, node: Expression, path: string): Model | JsonTemplate | undefined {
    try {
      return path.endsWith('.json') || path.endsWith('.jsonc') ? this.json(path) : this.load(path);
    } catch (error) {
      if (error instanceof SyntaxError) {
        report(model, node, 'BCP188', `The referenced ARM template has errors: ${error.message}`);
        return undefined;
      }
      const code = (error as NodeJS.ErrnoException).code;
      if (code === undefined) throw error;
      const reason =
        code === 'ENOENT'
          ? `Could not find file '${path}'.`
          : `Unable to read '${path}' (${code}).`;
      report(model, node, 'BCP091', `An error occurred reading file. ${reason}`);
      return undefined;
    }
  }

  private json(path: string): JsonTemplate {
    const known = this.models.get(path);
    if (known?.kind === 'json') return known;
    const text = readFileSync(path, 'utf8');
    this.files.add(path);
    const value = parseJsonC(text);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new SyntaxError('it is not an object');
    }
    const template: JsonTemplate = {
      kind: 'json',
      path,
      template: value as Record<string, unknown>,
    };
    this.models.set(path, template);
    return template;
  }

  private resolveReferences(model: Model): void {
    for (const module of model.modules) {
      const target = this.reference(model, module.node.path);
      if (target && target.kind === 'params') {
        report(
          model,
          module.node.path,
          'BCP276',
          'A using declaration can only reference a Bicep file.',
        );
      } else {
        module.target = target;
      }
    }
    for (const statement of model.program.statements) {
      if (statement.kind === 'import') this.resolveImport(model, statement.path, statement);
      if (statement.kind === 'using' && model.kind === 'params') {
        const target = statement.path && this.reference(model, statement.path);
        model.using = { target };
      }
      if (statement.kind === 'extends' && model.kind === 'params') {
        const target = this.reference(model, statement.path);
        if (target?.kind === 'params') model.extended = target;
      }
    }
  }

  private exportsOf(model: Model, path: Expression, template: JsonTemplate): Model | undefined {
    try {
      return modelOfTemplate(template);
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      report(model, path, 'BCP188', `The referenced ARM template has errors: ${error.message}`);
      return undefined;
    }
  }

  private resolveImport(
    model: Model,
    path: Expression,
    statement: {
      items: { name: { name: string }; original: string; span: { start: number; end: number } }[];
      wildcard: { name: string } | undefined;
    },
  ): void {
    const target = this.reference(model, path);
    if (!target) return;
    const from = target.kind === 'json' ? this.exportsOf(model, path, target) : target;
    if (from?.kind !== 'bicep') {
      if (target.kind === 'params') {
        report(model, path, 'BCP000', 'A parameters file exports nothing.');
      }
      return;
    }
    const names = [...statement.items.map((i) => i.name.name), statement.wildcard?.name ?? ''];
    for (const name of names) {
      const symbol = model.symbols.get(name);
      if (symbol?.kind === 'imported' || symbol?.kind === 'wildcard') symbol.target = from;
    }
    for (const item of statement.items) {
      const symbol = from.symbols.get(item.original);
      if (!symbol || !isExported(symbol)) {
        report(
          model,
          item.span,
          'BCP360',
          `The '${item.original}' symbol was not found in (or was not exported by) the imported template.`,
        );
      }
    }
  }
}

/** Whether another file may import that symbol. */
export function isExported(symbol: { kind: string; node?: object }): boolean {
  if (symbol.kind !== 'type' && symbol.kind !== 'var' && symbol.kind !== 'func') return false;
  const { decorators } = symbol.node as { decorators: { name: { name: string } }[] };
  return decorators.some((d) => d.name.name === 'export');
}
