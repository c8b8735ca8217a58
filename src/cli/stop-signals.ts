/**
 * What asks a server to end. On Windows that is also a console that is closed (SIGHUP, after which Windows ends the process
 * within some ten seconds) and Ctrl+Break; elsewhere SIGHUP has files read again.
 */
export const stopSignals = (platform: NodeJS.Platform = process.platform): readonly NodeJS.Signals[] =>
  platform === 'win32' ? ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGBREAK'] : ['SIGTERM', 'SIGINT'];
