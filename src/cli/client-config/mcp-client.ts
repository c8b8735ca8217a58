import type { CLIENTS } from '../../config/init-options.js';
import type { UserPaths } from '../../config/user-paths.js';
import { UserError } from '../../platform/user-error.js';

/** The server that a client is to start. */
export interface Server {
  /** The entry's name in the client. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly key: KeySource;
  /** What it needs in its environment beside the key. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Where the started server finds its key. `client`: the best place that the client has. `none`: on the sandbox. */
export type KeySource =
  | { readonly from: 'none' }
  | { readonly from: 'file'; readonly path: string }
  | { readonly from: 'client' };

export type Entry = Readonly<Record<string, unknown>>;

/** What the client's configuration must contain; the rest of it stays as it is. */
export interface ConfigEntry {
  readonly entry: Entry;
  /** Variables whose values VS Code asks the user for. */
  readonly inputs?: readonly (Entry & { readonly id: string })[];
}

/** How a client writes its configuration. */
export type FileForm =
  | {
      readonly kind: 'json';
      /** The key of the object that holds all servers. */
      readonly servers: string;
      readonly comments: boolean;
      readonly trailingCommas: boolean;
    }
  | { readonly kind: 'toml'; readonly servers: string };

/** The present state of a configuration, and its text with the entry added. */
export interface Plan {
  readonly config: Entry;
  /** The entry that has the name now. */
  readonly former: unknown;
  /** Whether everything wanted is there already. */
  readonly settled: boolean;
  readonly text: string;
}

/** A command of the client's own that writes its configuration. */
export interface ClientCommand {
  readonly program: string;
  /** The command lines, in order. `replaces`: there is already an entry with the name. */
  lines(server: Server, wanted: ConfigEntry, replaces: boolean): readonly (readonly string[])[];
  /** Whether the command can set all of it and leaves everything else in the file alone. */
  fits(wanted: ConfigEntry, config: Entry): boolean;
}

type ClientId = (typeof CLIENTS)[number];

export interface ClientLimits {
  /** The most tools from all servers together. */
  readonly tools?: number;
  /** The most characters in a tool's full name, which consists of the entry's name and the tool's own. */
  readonly name?: { readonly most: number; readonly before: string; readonly between: string };
}

/** An MCP client: where its configuration is, and what an entry in it looks like. */
export interface Client {
  readonly id: ClientId;
  readonly label: string;
  /** Programs that show it is installed, when they are on the PATH. */
  readonly programs: readonly string[];
  /** Files or directories that show it is installed. */
  traces(places: UserPaths): readonly string[];
  file(places: UserPaths): string;
  readonly form: FileForm;
  wanted(server: Server): ConfigEntry;
  /** It starts servers with the PATH of the desktop, which lacks what a shell's start-up files add. */
  readonly onDesktopPath?: true;
  readonly command?: ClientCommand;
  /** Tells the user where the key comes from with `{ from: 'client' }`; undefined where the client has no place for it. */
  readonly keyHint: string | undefined;
  /** The client's limits, as far as they are known. */
  readonly limits?: ClientLimits;
  /** What the user must do for the entry to take effect. */
  readonly afterwards: string;
}

/** Why a client's configuration was left as it is, and what to do. Never quotes the configuration. */
export class ClientConfigError extends UserError {
  override readonly name = 'ClientConfigError';
}

/** The parts of an entry that all clients share. `reference` is how the client refers to an environment variable. */
export function stdioEntry({ command, args, key, env }: Server, reference: string): Entry {
  const ofKey =
    key.from === 'none' ? undefined : key.from === 'file' ? { CLERK_SECRET_KEY_FILE: key.path } : { CLERK_SECRET_KEY: reference };
  const all = { ...env, ...ofKey };
  return { command, args: [...args], ...(Object.keys(all).length > 0 && { env: all }) };
}
