import { byProduct } from '../by-product.ts';

/** Crawlers, monitors, link previewers and feed fetchers, whatever they look like: `is-bot.ts` finds them. */
export const bots = byProduct('bots', { bot: { class: 'bot' } });
