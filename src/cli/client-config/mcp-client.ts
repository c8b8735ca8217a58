import type { CLIENTS } from '../../config/init-options.js';
import type { UserPaths } from '../../config/user-paths.js';
import { UserError } from '../../platform/user-error.js';

/** What a client shall start. */
export interface Server {
  /** The entry's name in the client. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly key: KeySource;
}

/** Where the started server finds its key. `client`: the best place that the client has. `none`: on the sandbox. */
export type KeySource =
  | { readonly from: 'none' }
  | { readonly from: 'file'; readonly path: string }
  | { readonly from: 'client' };

export type Entry = Readonly<Record<string, unknown>>;

/** What a client's configuration must hold; the rest of it stays as it is. */
export interface ConfigEntry {
  readonly entry: Entry;
  /** VS Code's variables that it asks the person for. */
  readonly inputs?: readonly (Entry & { readonly id: string })[];
}

/** How a client writes its configuration. */
export type FileForm =
  | {
      readonly kind: 'json';
      /** The key of the object of servers. */
      readonly servers: string;
      readonly comments: boolean;
      readonly trailingCommas: boolean;
    }
  | { readonly kind: 'toml'; readonly servers: string };

/** What a configuration is now, and its text with the entry in it. */
export interface Plan {
  readonly config: Entry;
  /** The entry of the name that is there. */
  readonly former: unknown;
  /** Whether everything that is wanted is there already. */
  readonly settled: boolean;
  readonly text: string;
}

/** A command of the client's own that writes its configuration. */
export interface ClientCommand {
  readonly program: string;
  /** The command lines, one after another. `replaces`: an entry of the name is there already. */
  lines(server: Server, wanted: ConfigEntry, replaces: boolean): readonly (readonly string[])[];
  /** Whether the command says all of it, and leaves what is in the file now as it is. */
  fits(wanted: ConfigEntry, config: Entry): boolean;
}

type ClientId = (typeof CLIENTS)[number];

export interface ClientLimits {
  /** The most tools of all servers together. */
  readonly tools?: number;
  /** The most characters of a tool's full name, which is made of the entry's name and the tool's own. */
  readonly name?: { readonly most: number; readonly before: string; readonly between: string };
}

/** An MCP client: where its configuration is, and how an entry of it looks. */
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
  readonly command?: ClientCommand;
  /** Where the key comes from with `{ from: 'client' }`, for the person; undefined where the client has no place for it. */
  readonly keyHint: string | undefined;
  /** What it takes, as far as that is known. */
  readonly limits?: ClientLimits;
  /** What the person does for the entry to count. */
  readonly afterwards: string;
}

/** A client's configuration stays as it is: what is wrong with it and what to do. Never holds what is in it. */
export class ClientConfigError extends UserError {
  override readonly name = 'ClientConfigError';
}

/** The parts of an entry that all clients write alike. `reference` is how the client says "the variable of this name". */
export function stdioEntry({ command, args, key }: Server, reference: string): Entry {
  const env =
    key.from === 'none' ? undefined : key.from === 'file' ? { CLERK_SECRET_KEY_FILE: key.path } : { CLERK_SECRET_KEY: reference };
  return { command, args: [...args], ...(env && { env }) };
}
