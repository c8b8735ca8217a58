export { createFetchHandler, type FetchHandler } from './app/fetch-handler.js';
export type { FetchCaller, FetchHandlerOptions } from './app/fetch-handler-options.js';
