/** The bare proxy tool over stdio. */
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { proxyServer } from './proxy-server.js';

serveStdio(proxyServer);
