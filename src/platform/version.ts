declare const __VERSION__: string | undefined;

/** Our version, set by the build; `0.0.0-dev` if the sources run unbundled. */
export const VERSION: string = typeof __VERSION__ === 'string' ? __VERSION__ : '0.0.0-dev';
