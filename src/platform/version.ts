declare const __VERSION__: string | undefined;

/** Our version, put in by the build; `0.0.0-dev` where the sources run unbundled. */
export const VERSION: string = typeof __VERSION__ === 'string' ? __VERSION__ : '0.0.0-dev';
