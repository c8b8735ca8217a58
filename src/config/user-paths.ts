/** Where things of the person who runs us are; only the entries that some client asks for. */
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
  /** The directories that programs are looked for in. */
  readonly path: readonly string[];
  /** What a client's own command is started with: ours, without what concerns this program. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}
