// Packs the built program as a bundle for Claude Desktop: node scripts/bundle.mjs [FILE]. Everything it needs to run is in dist/.
import { copyFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packExtension } from '@anthropic-ai/mcpb';

const root = join(import.meta.dirname, '..');
const json = (path) => JSON.parse(readFileSync(join(root, path), 'utf8'));
const { name, version, description, keywords, license, engines } = json('package.json');
const manifest = json('scripts/bundle/manifest.json');

const stage = mkdtempSync(join(tmpdir(), 'clerk-mcp-bundle-'));
const write = (path, content) => writeFileSync(join(stage, path), `${JSON.stringify(content, null, 2)}\n`);
try {
  write('manifest.json', {
    ...manifest,
    version,
    description,
    keywords,
    license,
    compatibility: { ...manifest.compatibility, runtimes: engines },
  });
  write('package.json', { name, version, private: true });
  copyFileSync(join(root, 'LICENSE'), join(stage, 'LICENSE'));
  // What other programs import is no part of what Claude Desktop starts; what this Node compiled is of no use to its own.
  cpSync(join(root, 'dist'), join(stage, 'dist'), {
    recursive: true,
    filter: (path) => !/[\\/]dist[\\/]((index|sandbox)\.(js|d\.ts)|[^\\/]+\.cache)$/.test(path),
  });
  cpSync(join(root, 'plans'), join(stage, 'plans'), { recursive: true });
  const packed = await packExtension({
    extensionPath: stage,
    outputPath: process.argv[2] ?? join(root, 'clerk-mcp.mcpb'),
    silent: true,
  });
  if (!packed) throw new Error('the bundle could not be packed: npx mcpb pack says more');
} finally {
  rmSync(stage, { recursive: true });
}
