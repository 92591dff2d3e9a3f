import { clientOf, type Product } from '../by-product.ts';
import type { ClientParser } from '../client.ts';

/**
 * `Mozilla/5.0 (X11; Linux x86_64; rv:121.0) Gecko/20100101 Firefox/121.0`, `Opera/9.80 (…)`. Crawlers that look like
 * one do not come here, as they are the product `bot` (`is-bot.ts`). PowerShell looks like one and is an HTTP client.
 */
export const browsers: ClientParser = {
  name: 'browsers',
  products: [
    'mozilla',
    'androiddownloadmanager',
    'com.apple.webkit.networking',
    'dillo',
    'elinks',
    'firefox',
    'links',
    'lynx',
    'midori',
    'mobilesafari',
    'opera',
    'safari',
    'ucweb',
    'w3m',
  ],
  read: (userAgent) => clientOf(/PowerShell\//.test(userAgent.text) ? powerShell : browser, userAgent),
};

const browser: Product = { class: 'browser', installer: 'browser', version: 'none' };
const powerShell: Product = { class: 'unknown', version: 'none' };
