import { existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import { type ClientAddress, fieldUses } from './formats/log-format.ts';
import { filesLayout } from './layouts/files.ts';
import { layouts } from './layouts/registry.ts';
import { ruleSets } from './rules/rule-sets.ts';

/** Uses of a field that the `json` format can be told the keys of. */
const jsonFields = fieldUses.filter((use) => use !== 'stepped-over');

/** Names a registry may have as its rules: `pypi` picks by the day, a layout's name is its own set or `default`. */
const rulesNames = [...new Set([...ruleSets.map(({ name }) => name), ...layouts.map(({ name }) => name)])];

const file = z.string().min(1);
const seconds = z.coerce.number().int().min(1).max(86_400);
const word = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'letters, digits, dot, dash and underscore');

const registryFields = {
  name: word,
  layout: z.enum(layouts.map(({ name }) => name)),
  rules: z.enum(rulesNames).optional(),
  host: z.string().toLowerCase().min(1).optional(),
  prefix: z
    .string()
    .transform((text) => text.replace(/\/+$/, ''))
    .pipe(z.string().regex(/^\/[!"$->@-~]+$/, 'a path below the root, as URLs have it: /mirror'))
    .optional(),
  pattern: z.string().optional(),
};

const registrySchema = z.strictObject(registryFields).superRefine(({ layout, pattern }, context) => {
  const fault = pattern === undefined ? undefined : patternFault(layout, pattern);
  if (fault !== undefined) context.addIssue({ code: 'custom', path: ['pattern'], message: fault });
});

/** What is wrong with a URL pattern; undefined where nothing is. */
function patternFault(layout: string, pattern: string): string | undefined {
  if (layout !== 'files') return `belongs to the layout files, not to ${layout}`;
  try {
    filesLayout(pattern);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

const clickhouseSchema = z.strictObject({
  url: z.url({ protocol: /^https?$/, error: 'a URL: http://host:8123 or https://host:8443' }).optional(),
  user: z.string().optional(),
  password: z.string().optional(),
  database: word.optional(),
  ca: file.optional(),
  cert: file.optional(),
  key: file.optional(),
  store_key_file: file.optional(),
  replicated: z.union([z.boolean(), z.stringbool()]).default(false),
  cluster: word.optional(),
  connect_timeout_seconds: seconds.default(10),
  request_timeout_seconds: seconds.default(300),
});

const broker = z
  .string()
  .regex(
    /^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?:[0-9]{1,5}$/,
    'HOST:PORT, the host a name or an IPv4 address',
  );

const kafkaSchema = z.strictObject({
  brokers: z
    .preprocess(
      (value) => (typeof value === 'string' ? value.split(',').map((word) => word.trim()) : value),
      z.array(broker),
    )
    .default([]),
  topic: z
    .string()
    .regex(/^[A-Za-z0-9._-]{1,249}$/, 'letters, digits, dot, dash and underscore')
    .default('access-logs'),
  group: z.string().min(1).max(249).default('tallymark'),
  partitions: z.coerce.number().int().min(1).max(10_000).default(8),
  replication_factor: z.coerce
    .number()
    .int()
    .min(-1)
    .max(100)
    .refine((factor) => factor !== 0, "1 or more, or -1 for the broker's default")
    .default(-1),
  raw_retention_hours: z.coerce.number().int().min(1).max(8760).default(24),
  tls: z.union([z.boolean(), z.stringbool()]).default(false),
  ca: file.optional(),
  cert: file.optional(),
  key: file.optional(),
  sasl: z.enum(['plain', 'scram-sha-256', 'scram-sha-512']).optional(),
  user: z.string().min(1).optional(),
  password: z.string().min(1).optional(),
});

const metricsSchema = z.strictObject({
  host: z.string().min(1).default('127.0.0.1'),
  /** Absent: nobody listens. */
  port: z.coerce.number().int().min(0).max(65_535).optional(),
});

/** The one schema of `tallymark.yaml`, `TALLYMARK_*` and flags. */
const settingsSchema = z.strictObject({
  data: file.default('./tallymark-data'),
  clickhouse: clickhouseSchema.prefault({}),
  kafka: kafkaSchema.prefault({}),
  metrics: metricsSchema.prefault({}),
  registries: z.array(registrySchema).default([]),
  formats: z
    .strictObject({ json: z.partialRecord(z.enum(jsonFields), z.string().min(1)).optional() })
    .prefault({}),
  client_address: z
    .string()
    .regex(
      /^(first|x-forwarded-for\([1-9]\)|field [A-Za-z0-9_.-]+)$/,
      'first, x-forwarded-for(n) or field NAME',
    )
    .default('first'),
  country_from: z.enum(['database', 'log']).default('database'),
  geo_db: file.optional(),
  log: z.enum(['plain', 'json']).default('plain'),
});

/** The checked configuration. */
export type Settings = z.infer<typeof settingsSchema>;

const layers = ['default', 'file', 'environment', 'flag'] as const;

/** Which layer a value comes from: the later ones win. */
export type Origin = (typeof layers)[number];

export interface Configuration {
  readonly settings: Settings;
  /** Origin of each value that is not a default, by its key: `clickhouse.url`. */
  readonly origins: ReadonlyMap<string, Origin>;
  /** The file that was read, if any. */
  readonly file: string | undefined;
  /** `TALLYMARK_*` variables that are no settings; perhaps mistyped. */
  readonly strangers: readonly string[];
}

/** Where the layers come from. */
export interface ConfigurationSources {
  /** `--config`; without it `tallymark.yaml` of the working folder is read where there is one. */
  readonly file?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Values of flags by their key: `{ data: './x', 'clickhouse.url': undefined }`. */
  readonly flags?: Readonly<Record<string, string | undefined>>;
}

/** Names file or variable, key, and what is allowed; never a value that may be secret. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** Keys that the environment can set, with their variables: `clickhouse.url` ← `TALLYMARK_CLICKHOUSE_URL`. */
const environmentKeys = [
  'data',
  ...Object.keys(clickhouseSchema.shape).map((key) => `clickhouse.${key}`),
  ...Object.keys(kafkaSchema.shape).map((key) => `kafka.${key}`),
  ...Object.keys(metricsSchema.shape).map((key) => `metrics.${key}`),
  'client_address',
  'country_from',
  'geo_db',
  'log',
];

/** Keys that may be given as the path of a file that holds them, so that they stand in no process list and no unit file. */
export const secretKeys = ['clickhouse.password', 'kafka.password'];

const defaultFile = 'tallymark.yaml';

/** Reads file, environment and flags, each over the one before, and checks the whole. Throws `ConfigError`. */
export async function readConfiguration(sources: ConfigurationSources): Promise<Configuration> {
  const file =
    sources.file ?? sources.env.TALLYMARK_CONFIG ?? (existsSync(defaultFile) ? defaultFile : undefined);
  const raw = file === undefined ? {} : await readYaml(file);
  const origins = new Map<string, Origin>(leafKeys(raw).map((key) => [key, 'file']));
  const put = (key: string, value: string, origin: Origin) => {
    setKey(raw, key, value);
    origins.set(key, origin);
  };
  for (const key of secretKeys) takeSecretFile(raw, key, origins);
  for (const key of environmentKeys) {
    const value = readVariable(sources.env, key);
    if (value !== undefined) put(key, value, 'environment');
  }
  for (const [key, value] of Object.entries(sources.flags ?? {})) {
    if (value !== undefined) put(key, value, 'flag');
  }
  if (rank(origins, 'data') > rank(origins, 'clickhouse.url')) setKey(raw, 'clickhouse.url', undefined);
  const parsed = settingsSchema.safeParse(raw);
  if (!parsed.success)
    throw new ConfigError(
      parsed.error.issues.map((issue) => describeIssue(issue, { file, origins })).join('\n  '),
    );
  return { settings: parsed.data, origins, file, strangers: strangeVariables(sources.env) };
}

/** Whoever names a folder in a later layer means it instead of an earlier layer's server. */
function rank(origins: ReadonlyMap<string, Origin>, key: string): number {
  return layers.indexOf(origins.get(key) ?? 'default');
}

/** Where the client's address stands, as the formats take it. */
export function clientAddressOf({ client_address: text }: Settings): ClientAddress {
  const nth = /^x-forwarded-for\(([1-9])\)$/.exec(text)?.[1];
  if (nth !== undefined) return { xForwardedFor: Number(nth) };
  return text === 'first' ? 'first' : { field: text.slice('field '.length) };
}

/** Variable of a key: `TALLYMARK_CLICKHOUSE_URL`. */
export function variableOf(key: string): string {
  return `TALLYMARK_${key.replaceAll('.', '_').toUpperCase()}`;
}

type Raw = Record<string, unknown>;

async function readYaml(file: string): Promise<Raw> {
  const text = readText(file, `configuration ${file}`);
  const { parseDocument } = await import('yaml');
  const document = parseDocument(text);
  const wrong = document.errors[0];
  if (wrong !== undefined) {
    throw new ConfigError(`${file}, line ${wrong.linePos?.[0].line ?? 1}: not YAML (${wrong.code})`);
  }
  const raw: unknown = document.toJS() ?? {};
  if (!isRecord(raw))
    throw new ConfigError(`${file}: must be a map of settings, such as data: ./tallymark-data`);
  return raw;
}

function readText(file: string, what: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'unreadable';
    throw new ConfigError(`${what} cannot be read (${code})`, { cause });
  }
}

/** `password_file` of the file becomes `password`. */
function takeSecretFile(raw: Raw, key: string, origins: Map<string, Origin>): void {
  const fileKey = `${key}_file`;
  const path = getKey(raw, fileKey);
  if (typeof path !== 'string') return;
  if (getKey(raw, key) !== undefined) throw new ConfigError(`${key} and ${fileKey} are both given; give one`);
  setKey(raw, fileKey, undefined);
  origins.delete(fileKey);
  setKey(raw, key, readSecret(path, fileKey));
  origins.set(key, 'file');
}

/** Whoever gives the secret itself where its path belongs must not find it in an error. */
function readSecret(path: string, setting: string): string {
  return readText(path, `${setting} takes the path of a file; the one given`).trim();
}

function readVariable(env: ConfigurationSources['env'], key: string): string | undefined {
  const name = variableOf(key);
  const path = secretKeys.includes(key) ? env[`${name}_FILE`] : undefined;
  if (path === undefined) return env[name];
  if (env[name] !== undefined) throw new ConfigError(`${name} and ${name}_FILE are both set; set one`);
  return readSecret(path, `${name}_FILE`);
}

/** Orchestrators add variables of their own (`TALLYMARK_SERVICE_HOST`), so an unknown one is told, not refused. */
function strangeVariables(env: ConfigurationSources['env']): string[] {
  const known = new Set(['TALLYMARK_CONFIG', ...environmentKeys.map(variableOf)]);
  for (const key of secretKeys) known.add(`${variableOf(key)}_FILE`);
  return Object.keys(env).filter((name) => name.startsWith('TALLYMARK_') && !known.has(name));
}

/** `tallymark.yaml: country_from: allowed: database, log`. */
function describeIssue(
  issue: z.core.$ZodIssue,
  around: { file: string | undefined; origins: ReadonlyMap<string, Origin> },
): string {
  const key = issue.path.join('.');
  // A list that a variable or flag gives as one text: `kafka.brokers.1` comes from `kafka.brokers`.
  const list = key.replace(/\.\d+$/, '');
  const origin = around.origins.get(list);
  const where =
    origin === 'environment'
      ? variableOf(list)
      : origin === 'flag'
        ? `flag for ${list}`
        : `${around.file ?? 'configuration'}: ${key}`;
  if (issue.code === 'unrecognized_keys') {
    const allowed = allowedKeys(issue.path);
    return `${where === '' ? '' : `${where}: `.replace(/: : $/, ': ')}${issue.keys.join(', ')} is no setting; allowed: ${allowed.join(', ')}`;
  }
  if (issue.code === 'invalid_value') return `${where}: allowed: ${issue.values.join(', ')}`;
  if (issue.code === 'invalid_key') return `${where}: is no field; allowed: ${jsonFields.join(', ')}`;
  if (issue.code === 'invalid_type')
    return `${where}: must be a ${issue.expected === 'record' ? 'map' : issue.expected}`;
  return `${where}: ${issue.message}`;
}

function allowedKeys(path: readonly PropertyKey[]): string[] {
  if (path[0] === 'registries') return Object.keys(registryFields);
  if (path[0] === 'clickhouse') return [...Object.keys(clickhouseSchema.shape), 'password_file'];
  if (path[0] === 'metrics') return Object.keys(metricsSchema.shape);
  if (path[0] === 'kafka') return [...Object.keys(kafkaSchema.shape), 'password_file'];
  if (path[0] === 'formats') return path.length === 1 ? ['json'] : [...jsonFields];
  return Object.keys(settingsSchema.shape);
}

function leafKeys(raw: Raw, prefix = ''): string[] {
  return Object.entries(raw).flatMap(([key, value]) =>
    isRecord(value) ? leafKeys(value, `${prefix}${key}.`) : [`${prefix}${key}`],
  );
}

function getKey(raw: Raw, key: string): unknown {
  return key.split('.').reduce<unknown>((at, word) => (isRecord(at) ? at[word] : undefined), raw);
}

/** Sets a dotted key, or removes it where the value is undefined. */
function setKey(raw: Raw, key: string, value: string | undefined): void {
  const words = key.split('.');
  const last = words.pop()!;
  let at = raw;
  for (const word of words) {
    if (!isRecord(at[word])) at[word] = {};
    at = at[word] as Raw;
  }
  if (value === undefined) delete at[last];
  else at[last] = value;
}

function isRecord(value: unknown): value is Raw {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
