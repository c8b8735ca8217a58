import type { UserPaths } from '../../config/user-paths.js';
import { type Client, stdioEntry } from './mcp-client.js';
import { joinIn } from './paths.js';

function directory(places: UserPaths): string {
  if (places.platform === 'win32')
    return joinIn(places, places.appData ?? joinIn(places, places.home, 'AppData', 'Roaming'), 'Zed');
  return joinIn(
    places,
    (places.platform === 'linux' ? places.xdgConfigHome : undefined) ?? joinIn(places, places.home, '.config'),
    'zed',
  );
}

/** https://zed.dev/docs/ai/mcp */
export const zed: Client = {
  id: 'zed',
  label: 'Zed',
  programs: ['zed'],
  traces: (places) => [directory(places)],
  file: (places) => joinIn(places, directory(places), 'settings.json'),
  form: { kind: 'json', servers: 'context_servers', comments: true, trailingCommas: true },
  wanted: (server) => ({ entry: stdioEntry(server, '') }),
  keyHint: undefined,
  afterwards: 'Zed takes it as soon as the file is saved, and shows it in the settings of its agent.',
};
