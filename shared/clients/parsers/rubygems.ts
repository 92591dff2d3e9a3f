import { byProduct, type Product } from '../by-product.ts';

const product: Product = {
  class: 'installer',
  installer: 'rubygems',
  runtime: 'ruby',
  version: /\bRubyGems\/(\S{1,12})/i,
};

/** `RubyGems/3.5.3 x86_64-linux Ruby/3.3.0 (2023-12-25 patchlevel 0)`, also `Ruby, RubyGems/2.4.5 …` */
export const rubygems = byProduct('rubygems', { rubygems: product, 'ruby, rubygems': product });
