import { clientOf, type Product } from '../by-product.ts';
import type { ClientParser } from '../client.ts';

/**
 * mix: `Hex/2.0.6 (Elixir/1.15.7) (OTP/26.1)`, in CI with ` (CI)`; rebar3: `hex_core/0.8.2 (rebar3/3.20.0) (httpc)
 * (OTP/25) (erts/13.2)`; `gleam/1.0.0`
 */
export const hex: ClientParser = {
  name: 'hex',
  products: ['hex', 'hex_core', 'rebar', 'rebar3', 'gleam'],
  read: (userAgent) => clientOf(productOf(userAgent.product, userAgent.text), userAgent),
};

function productOf(name: string, text: string): Product {
  if (name === 'hex') return { class: 'installer', installer: 'hex', runtime: 'elixir' };
  if (name === 'gleam') return { class: 'installer', installer: 'gleam' };
  // The library alone may be anybody's program.
  const isRebar = name !== 'hex_core' || /\brebar3?\//i.test(text);
  if (!isRebar) return { class: 'unknown', runtime: 'otp' };
  return { class: 'installer', installer: 'rebar3', runtime: 'otp', version: /\brebar3?\/(\S{1,12})/i };
}
