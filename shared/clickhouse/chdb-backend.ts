/** The owner's own way to its store: straight into chDB. */

import type { Backend, Question } from './backend.ts';
import { insertError, insertInto, statementError } from './backend.ts';
import type { Engine, Lane } from './chdb.ts';
import { StoreError } from './database.ts';
import { formatParameters } from './parameters.ts';

/** Statements through `engine`, which stays the caller's to close. */
export function chdbBackend(engine: Engine): Backend {
  const run = async (lane: Lane, { sql, params, settings, signal }: Question): Promise<Uint8Array> => {
    try {
      const format = 'JSONEachRow';
      return await engine.run({ lane, sql, params: formatParameters(params), settings, format, signal });
    } catch (error) {
      signal?.throwIfAborted();
      throw engineError(error);
    }
  };
  return {
    select: async (question) => parseRows(await run('read', question)),
    change: async (question) => {
      await run('change', question);
    },
    insert: async (insert, settings) => {
      const into = insertInto(insert);
      try {
        await engine.insert({ into, format: insert.format, body: [insert.bytes], settings });
      } catch (error) {
        if (error instanceof StoreError) throw error;
        const { code, type } = readEngineError(error);
        throw insertError(insert, code, type);
      }
    },
    close: async () => undefined,
  };
}

/** ClickHouse's number and name of an error that chDB threw. */
export function readEngineError(error: unknown): { code: number | undefined; type: string; message: string } {
  const message = error instanceof Error ? error.message : String(error);
  const code = /Code: (\d+)/.exec(message)?.[1];
  const type = /\(([A-Z][A-Z0-9_]{2,})\)[^(]*(?:\(version[^)]*\))?\s*$/.exec(message)?.[1];
  return { code: code === undefined ? undefined : Number(code), type: type ?? 'UNKNOWN_EXCEPTION', message };
}

function engineError(error: unknown): StoreError {
  if (error instanceof StoreError) return error;
  const { code, type } = readEngineError(error);
  return statementError(code, type);
}

/** Rows of JSONEachRow: a line feed inside a value is escaped, so each one that is there ends a row. */
function parseRows(bytes: Uint8Array): unknown[] {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString().trimEnd();
  return JSON.parse(`[${text.replaceAll('\n', ',')}]`) as unknown[];
}
