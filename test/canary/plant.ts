import { existsSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** A change of one built file: each `from` is replaced. */
export interface Planted {
  /** `services/collector/sources.js` */
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/**
 * A module for `preload` with which the program runs as if it had been built with these changes, in all its threads. The program does not
 * start where one of them finds nothing to change.
 */
export function planted(changes: readonly Planted[]): string {
  const byUrl = changes.map(({ file, from, to }) => {
    const path = fileURLToPath(new URL(`../../dist/${file}`, import.meta.url));
    if (!existsSync(path)) throw new Error(`there is no ${file} to plant a leak in`);
    return { url: pathToFileURL(path).href, from, to };
  });
  const hooks = `
    const changes = ${JSON.stringify(byUrl)};
    export async function load(url, context, next) {
      const loaded = await next(url, context);
      const here = changes.filter((change) => change.url === url);
      if (here.length === 0) return loaded;
      let source = Buffer.from(loaded.source).toString();
      for (const { from, to } of here) {
        if (!source.includes(from)) throw new Error('nothing to plant a leak at: ' + from);
        source = source.replaceAll(from, () => to);
      }
      return { ...loaded, source };
    }`;
  return `
    import { register } from 'node:module';
    register(${JSON.stringify(`data:text/javascript,${encodeURIComponent(hooks)}`)});`;
}
