import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/**
 * The page must work under the server's Content-Security-Policy (`default-src 'self'`): no inline script, no inline
 * style, no data: fonts, which is why assets are never inlined and the module-preload polyfill stays out.
 */
export default defineConfig({
  root: here('.'),
  base: './',
  publicDir: here('./public'),
  clearScreen: false,
  build: {
    outDir: here('../../dist/web-demo'),
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: true,
  },
});
