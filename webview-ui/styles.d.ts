// Lets TypeScript pass the style sheets that esbuild bundles.

declare module '*.css';
