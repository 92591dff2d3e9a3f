import { byProduct } from '../by-product.ts';

/** `Gradle/8.5 (Linux;5.15.0;amd64) (Eclipse Adoptium;17.0.9;17.0.9+9)` */
export const gradle = byProduct('gradle', {
  gradle: { class: 'installer', installer: 'gradle', runtime: 'java' },
});
