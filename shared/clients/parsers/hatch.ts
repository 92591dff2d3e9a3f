import { clientOf } from '../by-product.ts';
import type { ClientParser } from '../client.ts';
import { pipJsonClient } from '../pip-json-client.ts';

/** `Hatch/1.14.0 {"installer":{"name":"hatch",…},…} HTTPX/0.27.0` */
export const hatch: ClientParser = {
  name: 'hatch',
  products: ['hatch'],
  read: (userAgent) =>
    pipJsonClient(userAgent, 'hatch') ?? clientOf({ class: 'installer', installer: 'hatch' }, userAgent),
};
