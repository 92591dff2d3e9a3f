import { clientOf } from '../by-product.ts';
import type { ClientParser } from '../client.ts';
import { pipJsonClient } from '../pip-json-client.ts';

/** `uv/0.4.0 {"installer":{"name":"uv","version":"0.4.0"},"python":"3.12.1",…}`; before 0.1.22 `uv/0.1.21` alone. */
export const uv: ClientParser = {
  name: 'uv',
  products: ['uv'],
  read: (userAgent) =>
    pipJsonClient(userAgent, 'uv') ?? clientOf({ class: 'installer', installer: 'uv' }, userAgent),
};
