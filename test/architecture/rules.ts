import type { Module } from './read-module.ts';

/** One rule of "Who may import whom" (architecture.md): what breaks it, as `path:line: why`. */
export interface Rule {
  readonly name: string;
  check(modules: readonly Module[]): readonly string[];
}

/**
 * The six rules. A type-only import is an import in all of them: whoever writes down a type of another part has to change
 * with it, and a border that types cross is no border. What may cross is named in the rule that lets it.
 */
export const rules: readonly Rule[] = [
  eachImport('1: services import shared, never one another; nothing imports test', checkDirection),
  eachModule('2: the counting core is synchronous and imports only itself and zod', checkCore),
  { name: '3: each outside library is imported in one folder', check: checkLibraries },
  eachModule('4: environment, exit and signals belong to main.ts and cli.ts', checkProcess),
  eachModule('5: personal fields are read only where they are found and counted', checkPersonalFields),
  { name: '6: the API reaches the store only through shared/store/released', check: checkApi },
];

function eachModule(name: string, check: (module: Module) => readonly string[]): Rule {
  return { name, check: (modules) => modules.filter(({ path }) => !isTest(path)).flatMap(check) };
}

function eachImport(
  name: string,
  check: (from: string, to: string, lazy: boolean) => string | undefined,
): Rule {
  return eachModule(name, ({ path, imports }) =>
    imports.flatMap(({ target, lazy, line }) => {
      const why = check(path, target, lazy);
      return why === undefined ? [] : [`${path}:${line}: ${why}`];
    }),
  );
}

const isTest = (path: string) => path.startsWith('test/');

/** `shared/count`; `services` for the files directly in it. */
const folderOf = (path: string) => path.split('/').slice(0, -1).slice(0, 2).join('/');

/**
 * The files directly in `services/` are the frame every command stands in. Services may import the frame; of the frame only
 * `commands.ts` knows the services, and loads one when it is called.
 */
function checkDirection(from: string, to: string, lazy: boolean): string | undefined {
  if (to === '?') return 'imports what only a run can tell; write the name out';
  if (isTest(to)) return `imports ${to}`;
  if (from.startsWith('infra/')) return undefined;
  if (to.startsWith('infra/')) return `imports ${to}`;
  if (from.startsWith('shared/') && to.startsWith('services/')) return `shared imports ${to}`;
  if (!from.startsWith('services/') || !to.startsWith('services/')) return undefined;
  const [here, there] = [folderOf(from), folderOf(to)];
  if (here === there) return undefined;
  if (there === 'services')
    return /\/(cli|commands)\.ts$/.test(to) ? `imports ${to}, which runs it` : undefined;
  if (here !== 'services') return `a service imports the service ${to}`;
  return from === 'services/commands.ts' && lazy
    ? undefined
    : `imports ${to}; only commands.ts does, by import()`;
}

/** What opens, watches and replaces the country database is outside the core, and told by its name. */
const opensDatabase = /^shared\/geo\/(open|watch|update)-[a-z-]+\.ts$/;

function isCore(path: string): boolean {
  return /^shared\/(count|formats|layouts|rules|clients|geo)\//.test(path) && !opensDatabase.test(path);
}

/** What is there without an import. `Buffer` may be used: it is bytes, and finds one among them faster than `Uint8Array`. */
const outsideWorld = new Set(
  'process performance setTimeout setInterval setImmediate queueMicrotask fetch console crypto require globalThis global Promise'.split(
    ' ',
  ),
);

function checkCore({ path, imports, names, reads, waits }: Module): string[] {
  if (!isCore(path)) return [];
  return [
    ...imports
      .filter(({ target }) => target !== 'zod' && !isCore(target))
      .map(({ target, line }) => `${path}:${line}: imports ${target}`),
    ...names
      .filter(({ name }) => outsideWorld.has(name))
      .map(({ name, line }) => `${path}:${line}: uses ${name}`),
    ...names
      .filter(({ name, use }) => name === 'Date' && use === 'called without arguments')
      .map(({ line }) => `${path}:${line}: asks the clock`),
    ...reads
      .filter(({ object, name }) => ['Date.now', 'Math.random'].includes(`${object}.${name}`))
      .map(({ object, name, line }) => `${path}:${line}: uses ${object}.${name}`),
    ...waits.map(({ line }) => `${path}:${line}: waits`),
  ];
}

/** Homes the design names; every other library has whatever one folder uses it. */
const homes: readonly (readonly [RegExp, string])[] = [
  [/^(maxmind|mmdb-lib|@ip-location-db\/.*)$/, 'shared/geo'],
  [/^kafkajs$/, 'shared/kafka'],
  [/^prom-client$/, 'shared/metrics'],
  [/^(chdb|@chdb\/.*|@clickhouse\/.*)$/, 'shared/clickhouse'],
  [/^(fastify.*|@fastify\/.*)$/, 'services/api'],
];

/** zod is how every border is checked (rule 2 lets even the core have it), so it has no one home. */
const everywhere = new Set(['zod']);

function checkLibraries(modules: readonly Module[]): string[] {
  const uses = modules
    .filter(({ path }) => /^(services|shared)\//.test(path))
    .flatMap(({ path, imports }) => imports.map((one) => ({ ...one, path, folder: folderOf(path) })))
    .filter(
      ({ target }) =>
        !/^(node:|services\/|shared\/|infra\/|test\/|\?$)/.test(target) && !everywhere.has(target),
    );
  const first = new Map<string, string>();
  for (const { target, folder } of uses) if (!first.has(target)) first.set(target, folder);
  return uses.flatMap(({ target, folder, path, line }) => {
    const home = homes.find(([library]) => library.test(target))?.[1] ?? first.get(target);
    return folder === home ? [] : [`${path}:${line}: imports ${target}, whose home is ${home}`];
  });
}

const ownsProcess = /^services\/(cli|[a-z-]+\/main)\.ts$/;

/** What of `process` decides how it runs or ends; `pid`, `platform`, `hrtime` and the like only tell. */
const processDecides =
  /^(env|exit|exitCode|reallyExit|abort|on|once|off|emit|add.*|remove.*|prepend.*|set.*|loadEnvFile|\?)$/;

/** Programs under `infra/` are processes of their own, so only services and shared are asked. */
function checkProcess({ path, imports, names, reads }: Module): string[] {
  if (ownsProcess.test(path) || path.startsWith('infra/')) return [];
  return [
    ...imports
      .filter(({ target }) => target === 'node:process')
      .map(({ line }) => `${path}:${line}: imports node:process`),
    ...reads
      .filter(({ object, name }) => object === 'process' && processDecides.test(name))
      .map(({ name, line }) => `${path}:${line}: uses process.${name}`),
    ...reads
      .filter(({ object, name }) => /^global(This)?$/.test(object) && name === 'process')
      .map(({ object, line }) => `${path}:${line}: uses ${object}.process`),
    ...names
      .filter(({ name, use }) => name === 'process' && use !== 'head')
      .map(({ line }) => `${path}:${line}: hands process on`),
  ];
}

const personalFields = new Set(['ip', 'address', 'userAgent', 'referer']);
const readsPersonalFields = /^shared\/(formats|clients|geo|count)\//;

/**
 * A parser knows no types, so a field of such a name counts as a view's, whatever object it is taken from; a method
 * `address()` (a server's) is none. Where a file names the type `RequestView`, a computed name, a spread or a
 * serialization would carry such fields along unnamed, so none of them is allowed to what is called `view`.
 */
function checkPersonalFields({ path, names, reads }: Module): string[] {
  if (readsPersonalFields.test(path) || path.startsWith('infra/')) return [];
  const knowsView = names.some(({ name }) => name === 'RequestView');
  const isView = (name: string) => knowsView && /^(view|requestView|request)$/i.test(name);
  return [
    ...reads
      .filter(({ name, called }) => personalFields.has(name) && !called)
      .map(({ name, line }) => `${path}:${line}: reads ${name}`),
    ...reads
      .filter(({ object, name }) => name === '?' && isView(object))
      .map(({ line }) => `${path}:${line}: reads a field of a view by a computed name`),
    ...names
      .filter(({ name, use }) => use === 'spread or serialized' && isView(name))
      .map(({ line }) => `${path}:${line}: copies a whole view`),
  ];
}

/**
 * Followed through every file on the way, but for `shared/clickhouse`, which knows no numbers. From there the API's own
 * files may have `database.ts`: the type of the connection they hand on, and its errors. They ask it nothing
 * but whether it is there.
 */
function checkApi(modules: readonly Module[]): string[] {
  const isApi = (path: string) => path.startsWith('services/api/');
  const byPath = new Map(modules.map((module) => [module.path, module]));
  const found: string[] = [];
  const seen = new Set<string>();
  const follow = (module: Module, chain: string) => {
    for (const { target, line } of module.imports) {
      const step = `${chain}${module.path}:${line}`;
      if (isExactStore(target) || (isApi(module.path) && isConnection(target)))
        found.push(`${step}: reaches ${target}`);
      const next = byPath.get(target);
      if (!next || seen.has(target) || /^shared\/(store|clickhouse)\/|\/commands\.ts$/.test(target)) continue;
      seen.add(target);
      follow(next, `${step} → `);
    }
  };
  for (const module of modules) if (isApi(module.path)) follow(module, '');
  for (const { path, reads } of modules) {
    for (const { name, called, argument, line } of isApi(path) ? reads : []) {
      const asks = called && /^(query|command|insert)$/.test(name) && argument !== 'SELECT 1';
      if (asks) found.push(`${path}:${line}: asks the database itself`);
    }
  }
  return found;
}

const isExactStore = (path: string) =>
  path.startsWith('shared/store/') && !path.startsWith('shared/store/released/');

const isConnection = (path: string) =>
  path.startsWith('shared/clickhouse/') && path !== 'shared/clickhouse/database.ts';
