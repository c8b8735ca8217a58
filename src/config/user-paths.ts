/** Directories of the user who runs this program; only those that some client needs. */
export interface UserPaths {
  readonly platform: NodeJS.Platform;
  readonly home: string;
  /** Windows: `%APPDATA%`. */
  readonly appData?: string | undefined;
  /** Windows: `%LOCALAPPDATA%`. */
  readonly localAppData?: string | undefined;
  readonly xdgConfigHome?: string | undefined;
  readonly claudeConfigDir?: string | undefined;
  readonly codexHome?: string | undefined;
  readonly geminiHome?: string | undefined;
  /** The directories that are searched for programs. */
  readonly path: readonly string[];
  /** The environment for a client's own command: ours, without this program's own variables. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}
