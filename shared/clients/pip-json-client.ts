import { z } from 'zod';
import type { Client } from './client.ts';
import { majorMinor } from './major-minor.ts';
import { pythonRuntime } from './runtime-in.ts';
import { systemIn } from './system-in.ts';
import type { UserAgent } from './user-agent.ts';
import { type Installer, installers } from './vocabulary.ts';

/**
 * Reads what pip ≥ 6, uv and Hatch write after their name; undefined if there is no such JSON (a log may cut it).
 * The installer in it wins over the name before it: tools that wrap pip, or speak like it, name themselves there.
 *
 * `pip/24.0 {"ci":true,"installer":{"name":"pip","version":"24.0"},"python":"3.12.1","system":{"name":"Linux"},…}`
 * (pip's `src/pip/_internal/network/session.py`, uv's `uv-client/src/linehaul.rs`)
 */
export function pipJsonClient(userAgent: UserAgent, leading: Installer): Client | undefined {
  const json = pipJson(userAgent.text);
  if (!json) return undefined;
  const { installer, python, system, ci } = json;
  return {
    class: 'installer',
    installer: installer?.name === undefined ? leading : installerOf(installer.name),
    installerVersion: majorMinor(installer?.version ?? '') || (installer?.name ? '' : userAgent.version),
    runtime: pythonRuntime(python ?? ''),
    system: systemIn(system?.name ?? ''),
    ci: ci === true,
  };
}

// A field of another type is as good as none, so each catches for itself.
const text = z.string().optional().catch(undefined);
const pipJsonSchema = z.object({
  installer: z.object({ name: text, version: text }).optional().catch(undefined),
  python: text,
  system: z.object({ name: text }).optional().catch(undefined),
  ci: z.literal(true).optional().catch(undefined),
});

function pipJson(userAgent: string): z.infer<typeof pipJsonSchema> | undefined {
  const start = userAgent.indexOf('{');
  const end = userAgent.lastIndexOf('}');
  if (start < 0 || end < start) return undefined;
  try {
    return pipJsonSchema.safeParse(JSON.parse(userAgent.slice(start, end + 1))).data;
  } catch {
    // The error quotes its input, so it ends here.
    return undefined;
  }
}

const vocabulary: ReadonlySet<string> = new Set(installers);

function installerOf(name: string): Installer {
  const lower = name.toLowerCase();
  return vocabulary.has(lower) ? (lower as Installer) : 'other';
}
