import { clientOf } from '../by-product.ts';
import type { ClientParser } from '../client.ts';
import { pipJsonClient } from '../pip-json-client.ts';

/**
 * pip ≥ 6: `pip/24.0 {"installer":{"name":"pip",…},"python":"3.12.1",…}`, where the JSON may name another installer;
 * pip 1.4 to 1.5: `pip/1.4.1 CPython/2.7.14 Darwin/17.7.0`. Before that it was `Python-urllib/2.7` (`setuptools.ts`).
 */
export const pip: ClientParser = {
  name: 'pip',
  products: ['pip'],
  read: (userAgent) =>
    pipJsonClient(userAgent, 'pip') ??
    clientOf({ class: 'installer', installer: 'pip', runtime: 'python' }, userAgent),
};
