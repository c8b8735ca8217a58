export { createFetchHandler, type FetchHandler } from './app/fetch-handler.js';
export type { FetchHandlerOptions, MountedCaller } from './app/fetch-handler-options.js';
