import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const NAMES = ['raw-rpc', 'one-tool', 'bare-proxy', 'bare-http', 'upstream'] as const;

export interface Floors {
  /** The bundled program. */
  path(name: (typeof NAMES)[number]): string;
  /** For what else a run writes; removed with the floors. */
  readonly directory: string;
  remove(): Promise<void>;
}

/** Bundles the floors as the program itself is bundled, one file each. */
export async function makeFloors(): Promise<Floors> {
  const directory = await mkdtemp(join(tmpdir(), 'clerk-mcp-bench-'));
  await build({
    absWorkingDir: fileURLToPath(new URL('..', import.meta.url)),
    entryPoints: NAMES.map((name) => `bench/floors/${name}.ts`),
    outdir: directory,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.18',
    mainFields: ['module', 'main'],
    minifySyntax: true,
    minifyWhitespace: true,
    logLevel: 'warning',
    banner: { js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);" },
  });
  return {
    path: (name) => join(directory, `${name}.mjs`),
    directory,
    remove: () => rm(directory, { recursive: true }),
  };
}
