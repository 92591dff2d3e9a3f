import { isBuiltin } from 'node:module';
import { posix } from 'node:path';
import { type Node, parseSync, visitorKeys } from 'oxc-parser';

/** A source file as far as the rules of the architecture ask; lines count from 1. */
export interface Module {
  /** From the repository's root, with slashes. */
  readonly path: string;
  readonly imports: readonly Import[];
  readonly reads: readonly Read[];
  readonly names: readonly Name[];
  /** `async`, `await`, `for await`. */
  readonly waits: readonly { readonly line: number }[];
}

/**
 * Whatever ties a file to another: `import`, `export … from`, `import()`, `import type`, `import('…').T`, `require`,
 * `import.meta.resolve('…')`, `createRequire(…)('…')`, and `new URL('….ts', import.meta.url)`, which is how a worker thread is named.
 */
export interface Import {
  /** A path from the root, a package's name, `node:…`; `?` where the name is computed. */
  readonly target: string;
  /** Loaded when it is needed, not with the file. */
  readonly lazy: boolean;
  readonly line: number;
}

/** A field taken out of an object: `object.name`, `object['name']`, `const { name } = object`, `({ name }) =>`. */
export interface Read {
  /** `process`, `globalThis.process`; empty where it is no chain of names, a type's name where a parameter has one. */
  readonly object: string;
  /** `?` where the name is computed. */
  readonly name: string;
  /** `object.name(…)`. */
  readonly called: boolean;
  /** The call's first argument, where it is a text written out. */
  readonly argument?: string | undefined;
  readonly line: number;
}

/** A name that stands for a value or a type, on its own or as the head of a chain. */
export interface Name {
  readonly name: string;
  readonly use: 'alone' | 'head' | 'called without arguments' | 'spread or serialized';
  readonly line: number;
}

/**
 * Reads one file with a parser of its own: TypeScript 7 exports no JavaScript API but an unstable one that starts a
 * compiler process, and knip brings oxc-parser along anyway. Throws where `source` is not TypeScript.
 */
export function readModule(path: string, source: string): Module {
  const { program, errors } = parseSync(path, source, { lang: 'ts', sourceType: 'module' });
  if (errors.length > 0) throw new Error(`${path} is not TypeScript: ${errors[0]?.message}`);
  const lineOf = lineNumbers(source);
  const imports: Import[] = [];
  const reads: Read[] = [];
  const names: Name[] = [];
  const waits: { line: number }[] = [];
  walk(program, [], (node, parents) => {
    const line = lineOf(node.start);
    const tie = tieOf(node);
    if (tie) imports.push({ target: resolve(path, tie.specifier), lazy: tie.lazy, line });
    for (const read of readsOf(node, parents)) reads.push({ ...read, line });
    const use = useOf(node, parents);
    if (use && node.type === 'Identifier') names.push({ name: node.name, use, line });
    if (isWait(node)) waits.push({ line });
  });
  return { path, imports, reads, names, waits };
}

type Parents = readonly Node[];

function walk(node: Node, parents: Parents, visit: (node: Node, parents: Parents) => void): void {
  visit(node, parents);
  const inside = [node, ...parents];
  const fields = node as unknown as Readonly<Record<string, unknown>>;
  for (const key of visitorKeys[node.type] ?? []) {
    for (const child of [fields[key]].flat()) if (isNode(child)) walk(child, inside, visit);
  }
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value;
}

function lineNumbers(source: string): (offset: number) => number {
  const starts = [...source.matchAll(/^/gm)].map(({ index }) => index);
  return (offset) => starts.findLastIndex((start) => start <= offset) + 1;
}

/** The import that `node` is, if it is one; the specifier is undefined where it is computed. */
function tieOf(node: Node): { specifier: string | undefined; lazy: boolean } | undefined {
  switch (node.type) {
    case 'ImportDeclaration':
    case 'ExportAllDeclaration':
    case 'ExportNamedDeclaration':
      return node.source ? { specifier: node.source.value, lazy: false } : undefined;
    case 'TSImportType':
      return { specifier: node.source.value, lazy: false };
    case 'TSExternalModuleReference':
      return { specifier: node.expression.value, lazy: false };
    case 'ImportExpression':
      return { specifier: textOf(node.source), lazy: true };
    case 'CallExpression':
      return isResolver(node.callee) ? { specifier: textOf(node.arguments[0]), lazy: true } : undefined;
    case 'NewExpression': {
      const [file, base] = node.arguments;
      const isBeside = chainOf(node.callee) === 'URL' && chainOf(base) === 'import.meta.url';
      const specifier = textOf(file);
      const isSource = specifier !== undefined && /\.[cm]?[jt]s$/.test(specifier);
      return isBeside && isSource ? { specifier: `./${specifier}`, lazy: true } : undefined;
    }
    default:
      return undefined;
  }
}

/** `require`, `createRequire(…)`, and `resolve` of either or of `import.meta`. */
function isResolver(callee: Node): boolean {
  const isResolve = callee.type === 'MemberExpression' && textOf(callee.property, 'name') === 'resolve';
  if (isResolve) return chainOf(callee.object) === 'import.meta' || isResolver(callee.object);
  const isMade = callee.type === 'CallExpression' && chainOf(callee.callee) === 'createRequire';
  return isMade || chainOf(callee) === 'require';
}

function resolve(path: string, specifier: string | undefined): string {
  if (specifier === undefined) return '?';
  if (specifier.startsWith('.')) return posix.join(posix.dirname(path), specifier);
  if (isBuiltin(specifier)) return specifier.startsWith('node:') ? specifier : `node:${specifier}`;
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

function readsOf(node: Node, [parent]: Parents): Omit<Read, 'line'>[] {
  if (node.type === 'MemberExpression') {
    const name = node.computed ? (textOf(node.property) ?? '?') : textOf(node.property, 'name');
    const call = parent?.type === 'CallExpression' && parent.callee === node ? parent : undefined;
    const argument = textOf(call?.arguments[0]);
    return [{ object: chainOf(node.object), name: name ?? '?', called: call !== undefined, argument }];
  }
  if (node.type !== 'ObjectPattern') return [];
  const from = parent?.type === 'VariableDeclarator' ? parent.init : undefined;
  const object = from ? chainOf(from) : typeName(node);
  return node.properties.flatMap((property) => {
    if (property.type !== 'Property') return [];
    const name = property.computed ? textOf(property.key) : textOf(property.key, 'name');
    return [{ object, name: name ?? '?', called: false }];
  });
}

/** How a name is used; undefined for what is only a key or a label. */
function useOf(node: Node, [parent]: Parents): Name['use'] | undefined {
  if (node.type !== 'Identifier' || !parent) return undefined;
  if ('key' in parent && parent.key === node && !('computed' in parent && parent.computed)) return undefined;
  if (parent.type === 'MemberExpression') {
    if (parent.object === node) return 'head';
    return parent.computed ? 'alone' : undefined;
  }
  if (parent.type === 'VariableDeclarator' && parent.init === node && parent.id.type === 'ObjectPattern') {
    return 'head';
  }
  const isCall = parent.type === 'CallExpression' || parent.type === 'NewExpression';
  if (isCall && parent.callee === node && parent.arguments.length === 0) return 'called without arguments';
  if (parent.type === 'SpreadElement') return 'spread or serialized';
  if (
    isCall &&
    parent.callee !== node &&
    /^(JSON|Object|Reflect)\.|^structuredClone$/.test(chainOf(parent.callee))
  ) {
    return 'spread or serialized';
  }
  return 'alone';
}

function isWait(node: Node): boolean {
  return (
    node.type === 'AwaitExpression' || ('await' in node && node.await) || ('async' in node && node.async)
  );
}

/** `a.b.c` and `import.meta.url` as text; empty where anything else is in it. */
function chainOf(node: Node | null | undefined): string {
  if (node?.type === 'Identifier') return node.name;
  if (node?.type === 'MetaProperty') return `${node.meta.name}.${node.property.name}`;
  if (node?.type === 'ChainExpression' || node?.type === 'TSNonNullExpression')
    return chainOf(node.expression);
  if (node?.type !== 'MemberExpression') return '';
  const object = chainOf(node.object);
  const name = textOf(node.property, node.computed ? undefined : 'name');
  return object === '' || name === undefined ? '' : `${object}.${name}`;
}

/** The text of a literal; with `name`, that of an identifier too. */
function textOf(node: Node | null | undefined, orName?: 'name'): string | undefined {
  if (node?.type === 'Literal' && typeof node.value === 'string') return node.value;
  if (node?.type === 'TemplateLiteral' && node.expressions.length === 0) return node.quasis[0]?.value.raw;
  return orName && node?.type === 'Identifier' ? node.name : undefined;
}

function typeName(node: { readonly typeAnnotation?: unknown }): string {
  const annotation = node.typeAnnotation;
  if (!isNode(annotation) || annotation.type !== 'TSTypeAnnotation') return '';
  const type = annotation.typeAnnotation;
  return type.type === 'TSTypeReference' ? chainOf(type.typeName as Node) : '';
}
